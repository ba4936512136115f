package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A counter that exists only after its first event has no increase by it, and a ratio without it has no value. */
@SandboxTest
class AlertSeriesTest {

    private static final Pattern SELECTOR = Pattern.compile("(textonce_[a-z_]+_total)(?:\\{([^}]*)})?");
    private static final Pattern EQUALS = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    /** Has the tag {@code event}, and its alerts need more than ten. */
    private static final Set<String> BY_EVENT =
            Set.of("textonce_messages_posted_total", "textonce_messages_ended_total");

    @Test
    void existsBeforeTheFirstEventOfAnAlert(Sandbox sandbox) throws IOException {
        var convention = new PrometheusNamingConvention();
        var ids = sandbox.context().getBean(MeterRegistry.class).getMeters().stream()
                .map(Meter::getId)
                .toList();
        var selectors = new YAMLMapper()
                .readTree(new File("ops/prometheus/alerts.yaml")).findValuesAsText("expr").stream()
                        .flatMap(expression -> SELECTOR.matcher(expression).results())
                        .filter(selector -> !BY_EVENT.contains(selector.group(1)))
                        .toList();

        var missing = selectors.stream()
                .filter(selector -> ids.stream()
                        .noneMatch(id -> convention
                                        .name(id.getName(), id.getType())
                                        .equals(selector.group(1).replaceFirst("_total$", ""))
                                && id.getTags().containsAll(tags(selector))))
                .map(MatchResult::group);

        assertThat(selectors).hasSizeGreaterThan(10);
        assertThat(missing).isEmpty();
    }

    private static List<Tag> tags(MatchResult selector) {
        return selector.group(2) == null
                ? List.of()
                : EQUALS.matcher(selector.group(2))
                        .results()
                        .map(label -> Tag.of(label.group(1), label.group(2)))
                        .toList();
    }
}
