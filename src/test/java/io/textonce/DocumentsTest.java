package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents and the broker's file say is so. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    private static final Pattern ALARM = Pattern.compile("^\\| `(\\w+)` \\| .+ \\| .+ \\|$", Pattern.MULTILINE);

    static Stream<Path> documents() throws IOException {
        try (var files = Files.walk(Path.of("."), 3)) {
            return files
                    .filter(file -> file.toString().endsWith(".md") && !file.startsWith("./target"))
                    .toList()
                    .stream();
        }
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
    void readmeShowsTheEventAsItIs() throws IOException {
        String event = Files.readString(Path.of("routes/events/order-shipped.camel.yaml"));

        assertThat(Files.readString(Path.of("README.md"))).contains("```yaml\n" + event + "```");
    }

    @Test
    void operationsSayWhatToDoForEachAlarmAndForNoOther() throws IOException {
        var alarms = new YAMLMapper()
                .readTree(Path.of("ops/prometheus/alerts.yaml").toFile())
                .findValuesAsText("alert");
        String alarmsSection = Files.readString(Path.of("docs/operations.md"))
                .split("\n## Alarms\n", -1)[1]
                .split("\n## ", -1)[0];

        var rows =
                ALARM.matcher(alarmsSection).results().map(row -> row.group(1)).toList();

        assertThat(rows).containsExactlyInAnyOrderElementsOf(alarms);
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
