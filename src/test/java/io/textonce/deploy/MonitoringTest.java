package io.textonce.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Prometheus and Grafana find in their containers what docker-compose.yml mounts, and what is mounted is what ships. */
class MonitoringTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern ALERT = Pattern.compile("alertname=\"(\\w+)\"");

    @Test
    void prometheusTakesTheShippedRulesAndAsksTextOnceWhereItAnswers() throws IOException {
        var prometheus = YAML.readTree(new File("ops/prometheus/prometheus.yml"));
        var job = prometheus.at("/scrape_configs/0");

        assertThat(mounts())
                .contains("./ops/prometheus/alerts.yaml:"
                        + prometheus.at("/rule_files/0").asText() + ":ro");
        assertThat(job.get("metrics_path").asText()).isEqualTo("/actuator/prometheus");
        assertThat(job.at("/static_configs/0/targets/0").asText()).isEqualTo("textonce:9090");
        assertThat(job.at("/authorization/credentials_file").asText()).isEqualTo("/run/secrets/metrics-token");
        assertThat(mounts()).contains("./ops/prometheus/prometheus.yml:/etc/prometheus/prometheus.yml:ro");
    }

    /** Each fires in its own test, so no rule is without one; promtool runs them where it is installed. */
    @Test
    void eachAlertFiresInATestAndNoneInAnOrdinaryNight() throws IOException {
        var rules = YAML.readTree(new File("ops/prometheus/alerts.yaml"));
        var tests = YAML.readTree(new File("ops/prometheus/alerts.test.yaml")).get("tests");
        var fired = new TreeSet<String>();
        tests.findValuesAsText("labels")
                .forEach(labels -> ALERT.matcher(labels).results().forEach(name -> fired.add(name.group(1))));

        assertThat(fired).containsExactlyInAnyOrderElementsOf(rules.findValuesAsText("alert"));
        assertThat(tests.get(0).get("promql_expr_test"))
                .isNotEmpty()
                .noneMatch(expected -> expected.has("exp_samples"));
    }

    @Test
    void promtoolPassesTheTestsOfTheAlerts() throws Exception {
        var promtool = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeThat(promtool).as("promtool on the path").isPresent();

        var process = new ProcessBuilder(promtool.get().toString(), "test", "rules", "ops/prometheus/alerts.test.yaml")
                .redirectErrorStream(true)
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("SUCCESS");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void grafanaShowsTheShippedDashboardFromPrometheus() throws IOException {
        var source = YAML.readTree(new File("ops/grafana/provisioning/datasources/prometheus.yaml"))
                .at("/datasources/0");
        var provider = YAML.readTree(new File("ops/grafana/provisioning/dashboards/textonce.yaml"))
                .at("/providers/0");

        assertThat(source.get("url").asText()).isEqualTo("http://prometheus:9090");
        assertThat(source.get("isDefault").asBoolean()).isTrue();
        assertThat(mounts())
                .contains(
                        "./ops/grafana/textonce.json:"
                                + provider.at("/options/path").asText() + "/textonce.json:ro",
                        "./ops/grafana/provisioning:/etc/grafana/provisioning:ro");
    }

    /** The dashboard chooses its source by a variable of the kind that is provisioned. */
    @Test
    void theDashboardNeedsNoOtherSource() throws IOException {
        var dashboard = new ObjectMapper().readTree(new File("ops/grafana/textonce.json"));

        assertThat(dashboard.at("/templating/list/0/query").asText()).isEqualTo("prometheus");
        assertThat(dashboard.findValues("datasource"))
                .isNotEmpty()
                .extracting(source -> source.path("uid").asText())
                .containsOnly("${datasource}");
    }

    private static String mounts() throws IOException {
        return Files.readString(Path.of("docker-compose.yml"));
    }
}
