package io.textonce.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of docs/state-machine.md: the changes of a delivery's status that there are. */
public final class Transitions {

    static final Path PAGE = Path.of("docs/state-machine.md");

    private static final Pattern STATEMENT = Pattern.compile("`([^`]+)`");
    private static final List<String> TWILIOS = List.of(
            "scheduled",
            "accepted",
            "queued",
            "sending",
            "sent",
            "delivered",
            "undelivered",
            "failed",
            "canceled",
            "read");

    private Transitions() {}

    /** Each change as {@code from -> to}, in the words of the table deliveries; a delivery begins as {@code none}. */
    public static Set<String> all() {
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
                            STATEMENT
                                    .matcher(cells[3])
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
        return words.stream().flatMap(word -> word.equals("with Twilio") ? TWILIOS.stream() : Stream.of(word));
    }

    record Row(List<String> from, List<String> triggers, List<String> to, List<String> statements) {

        Stream<String> changes() {
            return statuses(from).flatMap(before -> statuses(to).map(after -> before + " -> " + after));
        }
    }
}
