package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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

/** What the documents and the Docker files say about other files is so. */
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
    void composeStartsTextOnceWithItsPeersAndWaitsForThem() throws IOException {
        var services = compose().get("services");

        assertThat(services.fieldNames()).toIterable().containsExactly("textonce", "postgres", "artemis");
        assertThat(services)
                .allSatisfy(service -> assertThat(service.has("healthcheck")).isTrue());
        assertThat(services.at("/textonce/depends_on").fieldNames())
                .toIterable()
                .containsExactly("postgres", "artemis");
        assertThat(services.findValuesAsText("condition")).containsOnly("service_healthy");
    }

    @Test
    void composeHoldsNoSecret() throws IOException {
        var literal = new ArrayList<String>();
        for (JsonNode service : compose().get("services")) {
            service.path("environment").properties().stream()
                    .filter(variable -> variable.getKey().matches(".*(USER|PASSWORD|TOKEN|SECRET|KEY|SID).*"))
                    .filter(variable -> !variable.getValue().asText().startsWith("${"))
                    .forEach(variable -> literal.add(variable.getKey()));
        }

        assertThat(literal).isEmpty();
        assertThat(compose().at("/services/textonce/env_file").asText()).isEqualTo(".env");
    }

    @Test
    void composeMountsOnlyWhatExists() throws IOException {
        var volumes = new ArrayList<String>();
        compose().get("volumes").fieldNames().forEachRemaining(volumes::add);
        List<String> mounts = new ArrayList<>();
        compose()
                .get("services")
                .forEach(service -> service.path("volumes").forEach(mount -> mounts.add(mount.asText())));

        assertThat(mounts).isNotEmpty().allSatisfy(mount -> {
            String source = mount.substring(0, mount.indexOf(':'));
            assertThat(volumes.contains(source) || Files.exists(Path.of(source)))
                    .as(mount)
                    .isTrue();
        });
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

    @Test
    void imageRunsAsAnOrdinaryUser() throws IOException {
        var lines = Files.readAllLines(Path.of("Dockerfile"));

        assertThat(lines).contains("USER 10001");
        assertThat(lines.indexOf("USER 10001"))
                .isLessThan(lines.indexOf(lines.stream()
                        .filter(line -> line.startsWith("ENTRYPOINT"))
                        .findFirst()
                        .orElseThrow()));
    }

    private static JsonNode compose() throws IOException {
        return new YAMLMapper().readTree(Path.of("docker-compose.yml").toFile());
    }
}
