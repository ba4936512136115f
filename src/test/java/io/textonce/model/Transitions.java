package io.textonce.model;

import io.textonce.delivery.DeliveryStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of docs/state-machine.md: the changes of a delivery's status that there are. */
final class Transitions {

    static final Path PAGE = Path.of("docs/state-machine.md");

    private static final Pattern STATEMENT = Pattern.compile("`([^`]+)`");

    private Transitions() {}

    /**
     * Each change as {@code from -> to by entry}, in the words of the tables; a delivery begins as {@code none}. From one
     * of Twilio's statuses to another it only rises, except from a cancellation before Twilio had the message.
     */
    static Set<String> all() {
        return rows().flatMap(Row::changes).collect(Collectors.toSet());
    }

    static Stream<Row> rows() {
        try {
            return Files.readString(PAGE)
                    .split("\\| from \\| trigger \\| to \\|", 2)[1]
                    .lines()
                    .filter(line -> line.startsWith("| ") && line.contains("`"))
                    .map(line -> line.substring(1).split("\\|"))
                    .map(cells -> new Row(
                            words(cells[0]),
                            words(cells[1]),
                            words(cells[2]),
                            words(cells[3]),
                            STATEMENT
                                    .matcher(cells[4])
                                    .results()
                                    .map(statement -> statement.group(1))
                                    .toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> words(String cell) {
        return List.of(cell.strip().split(", "));
    }

    private static Stream<String> statuses(List<String> words) {
        return words.stream().flatMap(word -> word.equals("with Twilio") ? twilios() : Stream.of(word));
    }

    private static Stream<String> twilios() {
        return Arrays.stream(DeliveryStatus.values())
                .filter(DeliveryStatus::isTwilios)
                .map(DeliveryStatus::word);
    }

    private static boolean rises(String before, String after) {
        var from = DeliveryStatus.of(before);
        var to = DeliveryStatus.of(after).filter(DeliveryStatus::isTwilios);
        return from.filter(status -> status != DeliveryStatus.CANCELED).isEmpty()
                || to.isEmpty()
                || from.get().rank() < to.get().rank();
    }

    record Row(
            List<String> from, List<String> triggers, List<String> to, List<String> entries, List<String> statements) {

        Stream<String> changes() {
            return statuses(from)
                    .flatMap(before -> statuses(to)
                            .filter(after -> rises(before, after))
                            .flatMap(after -> entries.stream().map(kind -> before + " -> " + after + " by " + kind)));
        }
    }
}
