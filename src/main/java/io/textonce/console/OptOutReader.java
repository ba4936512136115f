package io.textonce.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.OptOuts;
import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import io.textonce.message.Sender;
import io.textonce.message.Senders;
import io.textonce.phone.PhoneNumbers;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.stereotype.Component;

/**
 * Reader of opt-outs to be imported: each has a number or its hash, and may have a sender (else it is for all of ours), a
 * source and a time (else now). All that is wrong is reported by row, and nothing is imported then.
 */
@Component
final class OptOutReader {

    static final List<String> COLUMNS =
            List.of("phone_hash", "phone", "phone_masked", "sender", "source", "opted_out_at");

    private static final List<String> MEMBERS =
            COLUMNS.stream().map(OptOutReader::member).toList();

    private static final Pattern CELL = Pattern.compile("\\G(?:\"((?:[^\"]|\"\")*+)\"|([^,\"]*+))(,|$)");
    private static final Pattern SENDER = Pattern.compile("\\+[1-9]\\d{1,14}|[A-Za-z0-9 ._-]{2,100}");
    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int LONGEST_SOURCE = 60;
    private static final int MOST_PROBLEMS = 20;

    private final PhoneNumbers phones;
    private final Clock clock;
    private final Senders senders;

    OptOutReader(PhoneNumbers phones, Senders senders, Clock clock) {
        this.phones = phones;
        this.clock = clock;
        this.senders = senders;
    }

    /** Reads the member {@code optOuts}, a list of objects with the names of the columns in camel case. */
    List<OptOuts.Entry> json(JsonNode body) {
        if (!body.path("optOuts").isArray()) {
            throw EventRejected.ofField("optOuts", "is missing: a list of objects");
        }
        var rows = new ArrayList<JsonNode>();
        body.get("optOuts").forEach(rows::add);
        return entries(rows, OptOutReader::row, OptOutReader::member);
    }

    /** Returns the values by column. A member that is none would be ignored, and so would a time or a sender in it. */
    private static UnaryOperator<String> row(JsonNode members) {
        members.fieldNames().forEachRemaining(name -> {
            if (!MEMBERS.contains(name)) {
                throw EventRejected.ofField("row", "has a member other than " + String.join(", ", MEMBERS));
            }
        });
        return column -> {
            var value = members.path(member(column));
            if (value.isContainerNode()) {
                throw EventRejected.ofField(member(column), "must be a string");
            }
            return value.asText("");
        };
    }

    private static String member(String column) {
        return JdbcUtils.convertUnderscoreNameToPropertyName(column);
    }

    /** Reads CSV with a header; the columns may be in any order, and only the number's is required. */
    List<OptOuts.Entry> csv(String text) {
        var lines = text.replaceFirst("^\uFEFF", "").strip().lines().toList();
        var header = lines.isEmpty() ? List.<String>of() : cells(lines.get(0));
        if (!header.contains("phone") && !header.contains("phone_hash") || !COLUMNS.containsAll(header)) {
            throw EventRejected.ofField(
                    "header", "must have phone or phone_hash, and may have sender, source and opted_out_at");
        }
        if (new HashSet<>(header).size() < header.size()) {
            throw EventRejected.ofField("header", "has a column twice, of which one would not be read");
        }
        return entries(lines.subList(1, lines.size()), line -> row(header, line), column -> column);
    }

    /** Returns the values by column. A line that is not understood as a whole is rejected. */
    private static UnaryOperator<String> row(List<String> header, String line) {
        var cells = cells(line);
        if (cells.size() > header.size()) {
            throw EventRejected.ofField("line", "has more values than the header has columns");
        }
        return column -> {
            int index = header.indexOf(column);
            return index < 0 || index >= cells.size() ? "" : cells.get(index);
        };
    }

    /**
     * Returns the cells of a line; an apostrophe keeps a spreadsheet from calculating, and is no part of the value.
     *
     * @throws EventRejected if a quote begins or ends within a value
     */
    private static List<String> cells(String line) {
        var cells = new ArrayList<String>();
        var cell = CELL.matcher(line);
        while (cell.find()) {
            String value = cell.group(1) == null ? cell.group(2) : cell.group(1).replace("\"\"", "\"");
            cells.add(value.strip().replaceFirst("^'", ""));
            if (cell.group(3).isEmpty()) {
                return cells;
            }
        }
        throw EventRejected.ofField("line", "has a quote within a value; double it, and put the value in quotes");
    }

    /**
     * @param reader of the values of a row by column
     * @param naming of a column for the sender
     */
    private <T> List<OptOuts.Entry> entries(
            List<T> rows, Function<T, UnaryOperator<String>> reader, UnaryOperator<String> naming) {
        var problems = new TreeMap<String, List<String>>();
        var entries = new ArrayList<OptOuts.Entry>();
        for (int i = 0; i < rows.size() && problems.size() < MOST_PROBLEMS; i++) {
            try {
                entries.add(entry(reader.apply(rows.get(i)), naming));
            } catch (EventRejected e) {
                problems.put("row " + (i + 1), List.of(e.reason()));
            }
        }
        if (!problems.isEmpty()) {
            throw EventRejected.ofFields(problems);
        }
        return entries;
    }

    private OptOuts.Entry entry(UnaryOperator<String> row, UnaryOperator<String> naming) {
        String phone = phones.canonical(row.apply("phone"));
        String hash = row.apply("phone_hash");
        if (phone.isEmpty() ? !HASH.matcher(hash).matches() : !phones.isE164(phone)) {
            throw phone.isEmpty()
                    ? EventRejected.ofField(
                            naming.apply("phone_hash"), "must be 64 hexadecimal digits, if there is no phone")
                    : EventRejected.ofNumber("phone");
        }
        String sender = new Sender(row.apply("sender")).bare();
        if (!sender.isEmpty() && !SENDER.matcher(sender).matches()) {
            throw EventRejected.ofField("sender", "must be a number, a name or the SID of a Messaging Service");
        }
        String source = row.apply("source").isEmpty() ? "import" : row.apply("source");
        if (source.length() > LONGEST_SOURCE) {
            throw EventRejected.ofField("source", "must have at most " + LONGEST_SOURCE + " characters");
        }
        return new OptOuts.Entry(
                phone.isEmpty() ? null : phone,
                phone.isEmpty() ? HexFormat.of().parseHex(hash) : null,
                sender.isEmpty() ? ours() : Set.of(sender),
                sender.isEmpty(),
                source,
                time(naming.apply("opted_out_at"), row.apply("opted_out_at")));
    }

    /** All of our senders: a person who sent STOP to another system expects no message from any. */
    private Set<String> ours() {
        return senders.possible().stream()
                .map(sender -> new Sender(sender).bare())
                .collect(Collectors.toSet());
    }

    private Instant time(String field, String text) {
        var now = clock.instant();
        var time = text.isEmpty() ? now : EventTime.of(field, text);
        if (EventTime.isFuture(time, now)) {
            throw EventRejected.ofField(field, "must not be in the future");
        }
        return time;
    }
}
