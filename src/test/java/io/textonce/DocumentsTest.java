package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents and the broker's file say is so. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    private static final Pattern RUNBOOK =
            Pattern.compile("^### (TextOnce\\w+)\n(.*?)(?=^##|\\z)", Pattern.MULTILINE | Pattern.DOTALL);

    /** Answered by each runbook, in this order. */
    private static final Pattern STEPS = Pattern.compile(
            "\\n- \\*\\*You see:\\*\\* .+\n- \\*\\*What is true:\\*\\* .+\n- \\*\\*What to do:\\*\\* .+"
                    + "\n- \\*\\*It is over when:\\*\\* .+",
            Pattern.DOTALL);

    static Stream<Path> documents() throws IOException {
        var documents = new ArrayList<Path>();
        // Other tests make and delete folders in target meanwhile.
        try (var top = Files.newDirectoryStream(Path.of("."), file -> !file.endsWith("target"))) {
            for (Path each : top) {
                try (var files = Files.walk(each, 2)) {
                    files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
                }
            }
        }
        return documents.stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadToFiles(Path document) throws IOException {
        var links = LINK.matcher(Files.readString(document))
                .results()
                .map(link -> document.resolveSibling(link.group(1)))
                .toList();

        assertThat(links).allSatisfy(link -> assertThat(link).exists());
    }

    @Test
    void guaranteesNameTestsPromisesOfTheModelAndLimitsThatExist() throws IOException {
        String page = Files.readString(Path.of("docs/guarantees.md"));
        var rows = page.split("\\| --- \\|\n", 2)[1]
                .lines()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(1).split("\\|"))
                .toList();
        String model = Files.readString(Path.of("docs/model/TextOnce.tla"));
        var limits = found("- \\*\\*(L\\d+): ", page);

        assertThat(rows)
                .hasSizeGreaterThan(40)
                .allSatisfy(row -> assertThat(row).hasSize(4));
        assertThat(rows).allSatisfy(row -> assertThat(row[1]).containsPattern("\\[\\w+(Test|IT)]\\("));
        assertThat(rows)
                .allSatisfy(row -> assertThat(found("`(\\w+)`", row[2]))
                        .allSatisfy(promise -> assertThat(model).containsPattern("(?m)^" + promise + " ==")));
        assertThat(rows.stream().flatMap(row -> found("\\b(L\\d+)\\b", row[3]).stream()))
                .containsAll(limits)
                .isSubsetOf(limits);
        assertThat(rows.stream().flatMap(row -> found("`(\\w+)`", row[2]).stream()))
                .containsAll(found("\\| (?:[^|]+) \\| `(\\w+)`[,| ]", page.substring(page.indexOf("## The model"))));
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void readmeShowsTheEventAsItIs() throws IOException {
        String event = Files.readString(Path.of("routes/events/order-shipped.camel.yaml"));

        assertThat(Files.readString(Path.of("README.md"))).contains("```yaml\n" + event + "```");
    }

    @Test
    void operationsHaveARunbookForEachAlertAndForNoOther() throws IOException {
        var alerts = new YAMLMapper()
                .readTree(Path.of("ops/prometheus/alerts.yaml").toFile())
                .findValuesAsText("alert");

        var runbooks = RUNBOOK.matcher(Files.readString(Path.of("docs/operations.md")))
                .results()
                .toList();

        assertThat(runbooks).extracting(runbook -> runbook.group(1)).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(runbooks).allSatisfy(runbook -> assertThat(runbook.group(2)).containsPattern(STEPS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TextOnceDatabaseUnavailable",
                "TextOnceBrokerUnavailable",
                "TextOnceTwilioUnavailable",
                "After a fail-over",
                "When many held messages are released"
            })
    void operationsHaveARunbookForEachBadDay(String day) throws IOException {
        assertThat(found("(?ms)^###? " + day + "\n(.*?)(?=^##|\\z)", Files.readString(Path.of("docs/operations.md"))))
                .singleElement()
                .satisfies(runbook -> assertThat(runbook).containsPattern(STEPS));
    }

    @Test
    void brokerGivesAMessageBackWithDelaysAndNeverGivesUp() throws Exception {
        var configuration = new FileConfiguration();
        new FileDeploymentManager(Path.of("docker/broker.xml").toUri().toString())
                .addDeployable(configuration)
                .readConfiguration();

        var settings = configuration.getAddressSettings().get("#");

        assertThat(settings.getRedeliveryDelay()).isEqualTo(1000);
        assertThat(settings.getRedeliveryMultiplier()).isEqualTo(2);
        assertThat(settings.getMaxRedeliveryDelay()).isEqualTo(60_000);
        assertThat(settings.getMaxDeliveryAttempts()).isEqualTo(-1);
    }
}
