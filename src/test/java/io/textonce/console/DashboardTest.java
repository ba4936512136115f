package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard as Grafana wants it, and expressions as Prometheus reads them; which metrics exist says MetricsTest. */
class DashboardTest {

    private static final Map<Character, Character> PAIRS = Map.of(')', '(', ']', '[', '}', '{');
    private static final Pattern WINDOW = Pattern.compile("\\[[^]]*]");
    private static final Set<String> WORDS = Set.of(
            "sum",
            "abs",
            "min",
            "max",
            "count",
            "rate",
            "increase",
            "delta",
            "resets",
            "by",
            "on",
            "absent",
            "unless",
            "le",
            "and",
            "or",
            "up");

    @Test
    void givesEachPanelAnIdAPlaceAndASource() throws IOException {
        var dashboard = dashboard();
        var ids = new HashSet<Integer>();
        var taken = new HashSet<List<Integer>>();

        assertThat(dashboard.path("uid").asText()).isEqualTo("textonce");
        assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
        assertThat(dashboard.path("templating").path("list"))
                .anySatisfy(variable -> assertThat(variable.path("name").asText()
                                + variable.path("type").asText())
                        .isEqualTo("datasourcedatasource"));
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asText();
            var place = panel.path("gridPos");
            assertThat(ids.add(panel.path("id").intValue()))
                    .as("id of " + title)
                    .isTrue();
            assertThat(title).isNotBlank();
            assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    var cell =
                            List.of(place.path("x").asInt() + x, place.path("y").asInt() + y);
                    assertThat(taken.add(cell)).as("%s lies on another", title).isTrue();
                }
            }
            assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText())
                    .as("unit of " + title)
                    .isNotEmpty();
            var references = new HashSet<String>();
            assertThat(panel.path("targets")).isNotEmpty().allSatisfy(target -> {
                assertThat(references.add(target.path("refId").asText())).isTrue();
                assertThat(target.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
                assertThat(target.path("expr").asText()).isNotBlank();
            });
        }
    }

    @Test
    void asksInExpressionsThatAreWhole() throws IOException {
        var expressions = new ArrayList<>(dashboard().findValuesAsText("expr"));
        expressions.addAll(new YAMLMapper()
                .readTree(Path.of("ops/prometheus/alerts.yaml").toFile())
                .findValuesAsText("expr"));

        assertThat(expressions).hasSizeGreaterThan(25).allSatisfy(expression -> {
            assertThat(open(expression)).as("brackets of " + expression).isEmpty();
            assertThat(WINDOW.matcher(expression).results().map(window -> window.group()))
                    .allMatch(window -> window.matches("\\[(\\$__rate_interval|\\d+[smhd])]"));
            // A counter is only of use as a rate, and a rate only of a counter.
            assertThat(expression).doesNotContainPattern("(?<!rate\\(|increase\\()textonce_\\w+_total");
            assertThat(expression
                            .replaceAll("\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|(?:by|on) \\([^)]*\\)", "")
                            .split("[^a-z_]+"))
                    .filteredOn(word -> !word.isEmpty() && !word.contains("_"))
                    .isSubsetOf(WORDS);
        });
    }

    private static ArrayDeque<Character> open(String expression) {
        var open = new ArrayDeque<Character>();
        for (char sign : expression.replaceAll("\"[^\"]*\"", "").toCharArray()) {
            if (PAIRS.containsValue(sign)) {
                open.push(sign);
            } else if (PAIRS.containsKey(sign) && !PAIRS.get(sign).equals(open.poll())) {
                open.push(sign);
                return open;
            }
        }
        return open;
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(Path.of("ops/grafana/textonce.json").toFile());
    }
}
