package io.textonce.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Prometheus and Grafana find in their containers what docker-compose.yml mounts, and what is mounted is what ships. */
class MonitoringTest {

    private static final YAMLMapper YAML = new YAMLMapper();

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
