package io.textonce.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * List of messages, newest first, with Twilio's filters and relative page URIs.
 *
 * <p>A DateSent filter finds no message that has not been sent yet: such a message has no date to compare. A search for
 * a message that was just created must not filter by DateSent. A date stands for its whole day in UTC.
 */
final class MessageList {

    private static final String AFTER = "PA";
    private static final String BEFORE = "PB";

    private final Ledger ledger;
    private final Clock clock;
    private volatile Duration lag = Duration.ZERO;
    private volatile int failure;
    private final AtomicInteger calls = new AtomicInteger();

    MessageList(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    void lag(Duration newLag) {
        lag = newLag;
    }

    /** @param status with which the list answers; 0: it works */
    void failure(int status) {
        failure = status;
    }

    int calls() {
        return calls.get();
    }

    void list(Call call, String accountSid) throws IOException {
        calls.incrementAndGet();
        int status = failure;
        if (status != 0) {
            call.error(new TwilioError(status, TwilioError.codeOf(status), "Simulated", null));
            return;
        }
        Form query = call.query();
        int size = Math.min(1000, Math.max(1, number(query, "PageSize", 50)));
        int page = number(query, "Page", 0);
        var found = newestFirst(accountSid, query);
        int start = start(found, query, page, size);
        var messages = found.subList(start, Math.min(found.size(), start + size));

        var json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("messages");
        messages.forEach(message -> list.add(message.json()));
        json.put("page", page).put("page_size", size);
        json.put("start", page * size).put("end", page * size + Math.max(0, messages.size() - 1));
        json.put("uri", uri(call, query, size, page, query.first("PageToken")));
        json.put("first_page_uri", uri(call, query, size, 0, null));
        json.put(
                "next_page_uri",
                start + size < found.size()
                        ? uri(
                                call,
                                query,
                                size,
                                page + 1,
                                AFTER + messages.get(messages.size() - 1).sid())
                        : null);
        json.put(
                "previous_page_uri",
                start > 0 && !messages.isEmpty()
                        ? uri(
                                call,
                                query,
                                size,
                                Math.max(0, page - 1),
                                BEFORE + messages.get(0).sid())
                        : null);
        call.json(200, json);
    }

    private List<TwilioMessage> newestFirst(String accountSid, Form query) {
        Instant visible = clock.instant().minus(lag);
        var dates = DateFilter.of(query);
        var found = new ArrayList<TwilioMessage>();
        for (var message : query.has("To") ? ledger.sentTo(query.text("To")) : ledger.messages()) {
            if (message.accountSid().equals(accountSid)
                    && (!query.has("From") || query.text("From").equals(message.from()))
                    && !message.createdAt().isAfter(visible)
                    && dates.stream().allMatch(date -> date.finds(message.sentAt()))) {
                found.add(message);
            }
        }
        Collections.reverse(found);
        return found;
    }

    /** Page tokens name a message, so that a page stays the same while new messages come in before it. */
    private static int start(List<TwilioMessage> found, Form query, int page, int size) {
        String token = query.text("PageToken");
        if (token.isEmpty()) {
            return Math.min(found.size(), page * size);
        }
        for (int i = 0; i < found.size(); i++) {
            if (token.equals(AFTER + found.get(i).sid())) {
                return i + 1;
            }
            if (token.equals(BEFORE + found.get(i).sid())) {
                return Math.max(0, i - size);
            }
        }
        return found.size();
    }

    /**
     * Filter by date. The keys are literally {@code DateSent<} and {@code DateSent>}, followed by the equals sign of
     * the pair.
     *
     * @param from where the requested day or second begins
     * @param until where it has ended
     */
    private record DateFilter(String comparison, Instant from, Instant until) {

        static List<DateFilter> of(Form query) {
            return query.parameters().stream()
                    .filter(parameter -> parameter.getKey().matches("DateSent[<>]?=?"))
                    .map(parameter -> of(parameter.getKey().substring("DateSent".length()), parameter.getValue()))
                    .toList();
        }

        private static DateFilter of(String comparison, String value) {
            var unit = value.length() == 10 ? ChronoUnit.DAYS : ChronoUnit.SECONDS;
            Instant from = time(value);
            return new DateFilter(comparison, from, from.plus(1, unit));
        }

        boolean finds(@Nullable Instant sentAt) {
            if (sentAt == null) {
                return false;
            }
            boolean late = comparison.startsWith("<") || !sentAt.isBefore(from);
            boolean early = comparison.startsWith(">") || sentAt.isBefore(until);
            return late && early;
        }
    }

    private static Instant time(String filter) {
        if (filter.length() == 10) {
            return LocalDate.parse(filter).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        return filter.matches(".*T[0-9:.]+")
                ? LocalDateTime.parse(filter).toInstant(ZoneOffset.UTC)
                : OffsetDateTime.parse(filter).toInstant();
    }

    private static String uri(Call call, Form query, int size, int page, @Nullable String token) {
        return call.path() + "?"
                + query.without("PageSize")
                        .without("Page")
                        .without("PageToken")
                        .with("PageSize", Integer.toString(size))
                        .with("Page", Integer.toString(page))
                        .with("PageToken", token)
                        .encode();
    }

    private static int number(Form query, String name, int otherwise) {
        return query.text(name).matches("\\d{1,6}") ? Integer.parseInt(query.text(name)) : otherwise;
    }
}
