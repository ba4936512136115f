package io.textonce.hotload;

import io.textonce.event.LineError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Rule that the source of a user route keeps an event until it is accepted: by their defaults some do not. */
final class SourceRules {

    /** Either is enough; the second is for a broker without transactions. */
    private static final List<Parameter> JMS = List.of(
            new Parameter("transacted", "true"), new Parameter("acknowledgementModeName", "CLIENT_ACKNOWLEDGE"));

    private static final Map<String, List<Parameter>> NEEDED = Map.of(
            "jms", JMS,
            "amqp", JMS,
            "activemq", JMS,
            "activemq6", JMS,
            "kafka", List.of(new Parameter("autoCommitEnable", "false")));

    private static final Set<String> IN_MEMORY = Set.of("seda", "disruptor", "disruptor-vm");

    private SourceRules() {}

    /** @throws LineError if the source drops what fails, or what is in progress when the process ends, or is HTTP's */
    static void check(@Nullable Node from) {
        HttpSources.check(from);
        var uri = YamlNodes.uri(from);
        if (uri == null) {
            return;
        }
        String component = component(uri.getValue());
        if (isInMemory(component)) {
            throw new LineError(
                    YamlNodes.line(uri),
                    component + " keeps its messages in memory, so that a failure or a stop loses them; use direct");
        }
        var needed = NEEDED.get(component);
        var parameters = YamlNodes.child(from, "parameters");
        if (needed != null && needed.stream().noneMatch(one -> one.isIn(uri.getValue(), parameters))) {
            throw new LineError(
                    YamlNodes.line(uri),
                    component + " needs "
                            + needed.stream().map(Parameter::toString).collect(Collectors.joining(" or "))
                            + "; otherwise it drops what fails, or is in progress when the process ends");
        }
    }

    /** Returns whether an endpoint keeps its messages in memory. */
    static boolean isInMemory(String uri) {
        return IN_MEMORY.contains(component(uri));
    }

    private static String component(String uri) {
        return uri.replaceFirst("[:?].*", "");
    }

    private record Parameter(String name, String value) {

        private boolean isIn(String uri, @Nullable Node parameters) {
            var set = parameters == null ? null : YamlNodes.scalar(parameters, name);
            return set == null
                    ? uri.matches(".*[?&]" + name + "=" + value + "(&.*)?")
                    : set.getValue().equals(value);
        }

        @Override
        public String toString() {
            return name + ": " + value;
        }
    }
}
