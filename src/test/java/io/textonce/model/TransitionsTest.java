package io.textonce.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of the state machine, the model and the code name the same. */
class TransitionsTest {

    /** A statement that inserts or deletes deliveries, or sets their status. */
    private static final Pattern WRITES_A_STATUS = Pattern.compile(
            "(INSERT INTO|DELETE FROM) textonce\\.deliveries\\b"
                    + "|UPDATE textonce\\.deliveries\\b(?:(?!\\b(?:WHERE|FROM)\\b).)*\\bstatus = ",
            Pattern.DOTALL);

    private static final Pattern CONSTANT = Pattern.compile("static final String (\\w+) ?=(.*?);\n\n", Pattern.DOTALL);
    private static final Pattern ACTION = Pattern.compile("\\b([A-Z][A-Za-z]+)\\b(?:\\([ew](?:, [ew])?\\))?");
    private static final Pattern OTHERS = Pattern.compile("which write no status of their\\s+own: ([^.]+)\\.");
    private static final Pattern EDGE = Pattern.compile("^    (\\S+) --> (\\S+) : (.+)$", Pattern.MULTILINE);

    @Test
    void tableNamesEachStatementThatWritesAStatus() throws IOException {
        var inTable = Transitions.rows().flatMap(row -> row.statements().stream());

        assertThat(inTable.distinct()).containsExactlyInAnyOrderElementsOf(statements());
    }

    @Test
    void tableAndCheckOfHistoriesHaveTheSameTransitions() {
        var kinds = Transitions.rows().flatMap(row -> row.entries().stream()).collect(Collectors.toSet());
        var inCheck = new ArrayList<String>();
        for (String kind : kinds) {
            for (var to : DeliveryStatus.values()) {
                if (History.allows(kind, null, to)) {
                    inCheck.add("none -> " + to + " by " + kind);
                }
                for (var from : DeliveryStatus.values()) {
                    if (History.allows(kind, from, to)) {
                        inCheck.add(from + " -> " + to + " by " + kind);
                    }
                }
            }
        }

        assertThat(Transitions.all().stream().filter(change -> !change.contains("-> none")))
                .containsExactlyInAnyOrderElementsOf(inCheck);
    }

    @Test
    void tableAndModelNameTheSameActions() throws IOException {
        String page = Files.readString(Transitions.PAGE);
        var others = OTHERS.matcher(page);
        assertThat(others.find()).isTrue();
        var inPage = Stream.concat(
                Transitions.rows().flatMap(row -> row.triggers().stream()),
                Arrays.stream(others.group(1).split(",\\s+")));

        String model = Files.readString(Tlc.MODEL.resolve("TextOnce.tla"));
        String next = model.substring(model.indexOf("\nStep(w) =="), model.indexOf("\nSpec =="));
        var actions = ACTION.matcher(next)
                .results()
                .map(action -> action.group(1))
                .filter(action -> !List.of("Step", "Next", "Workers", "Events").contains(action));

        assertThat(inPage.distinct())
                .containsExactlyInAnyOrderElementsOf(actions.distinct().toList());
    }

    @Test
    void diagramShowsWhatIsInTheTable() throws IOException {
        var edges = EDGE.matcher(Files.readString(Transitions.PAGE)).results().toList();

        assertThat(edges).isNotEmpty().allSatisfy(edge -> {
            for (String trigger : edge.group(3).split(", ")) {
                assertThat(Transitions.rows())
                        .as(edge.group())
                        .anyMatch(row -> row.from().contains(status(edge, 1))
                                && row.triggers().contains(trigger)
                                && row.to().contains(status(edge, 2)));
            }
        });
    }

    private static String status(MatchResult edge, int end) {
        return switch (edge.group(end)) {
            case "[*]" -> "none";
            case "twilio" -> "with Twilio";
            default -> edge.group(end);
        };
    }

    private static List<String> statements() throws IOException {
        return Stream.concat(
                        files("src/main/java", ".java").flatMap(TransitionsTest::constants),
                        files("routes/sql", ".sql")
                                .filter(file ->
                                        WRITES_A_STATUS.matcher(read(file)).find())
                                .map(file -> file.getFileName().toString()))
                .toList();
    }

    private static Stream<String> constants(Path file) {
        return CONSTANT.matcher(read(file))
                .results()
                .filter(constant -> WRITES_A_STATUS.matcher(constant.group(2)).find())
                .map(constant -> file.getFileName().toString().replace(".java", ".") + constant.group(1));
    }

    private static Stream<Path> files(String folder, String suffix) throws IOException {
        try (var files = Files.walk(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList().stream();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
