package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.*;

import io.textonce.delivery.DeliveryStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Group of statuses with the same meaning for support, by which lists are filtered and the chart is colored. */
public enum StatusGroup {
    ANY_DELIVERED("Delivered", DELIVERED, READ),
    IN_PROGRESS("In progress", RESERVED, SCHEDULED, ACCEPTED, QUEUED, SENDING, SENT),
    WAITING("On hold or unconfirmed", HELD, UNKNOWN),
    NOT_DELIVERED("Failed", REJECTED, UNDELIVERED, FAILED),
    ANY_CANCELED("Canceled or suppressed", CANCELED, SUPPRESSED);

    private final String title;
    private final List<DeliveryStatus> statuses;

    StatusGroup(String title, DeliveryStatus... statuses) {
        this.title = title;
        this.statuses = List.of(statuses);
    }

    public String title() {
        return title;
    }

    /** Returns the value of the filter. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the title of a filter's status: of a group, or the status itself. */
    static String title(String word) {
        return Arrays.stream(values())
                .filter(group -> group.word().equals(word))
                .findFirst()
                .map(StatusGroup::title)
                .orElse("status " + word);
    }

    public List<DeliveryStatus> statuses() {
        return statuses;
    }

    /** Returns the statuses in SQL. */
    String sql() {
        return statuses.stream().map(status -> "'" + status.word() + "'").collect(Collectors.joining(", ", "(", ")"));
    }

    /** Returns the statuses that a word of the filter means: a group's, or one; none for an unknown word. */
    static Set<DeliveryStatus> of(String word) {
        return Stream.concat(
                        Arrays.stream(values())
                                .filter(group -> group.word().equals(word))
                                .flatMap(group -> group.statuses.stream()),
                        DeliveryStatus.of(word).stream())
                .collect(Collectors.toSet());
    }
}
