package io.textonce.hotload;

import io.textonce.event.LineError;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Access to the nodes of a YAML file, which know their lines. */
final class YamlNodes {

    private static final String DIRECT = "direct";

    private YamlNodes() {}

    /** Returns the direct names of a file, of one that is not YAML none. */
    static Set<String> directsOf(String text) {
        var found = new TreeSet<String>();
        try {
            new Compose(LoadSettings.builder().build())
                    .composeString(text)
                    .ifPresent(
                            root -> routes(root).forEach(route -> direct(route).ifPresent(found::add)));
        } catch (YamlEngineException e) {
            // It is reported when the file is loaded.
        }
        return found;
    }

    private static Stream<Node> routes(Node root) {
        return root instanceof SequenceNode items
                ? items.getValue().stream().map(item -> child(item, "route")).filter(Objects::nonNull)
                : Stream.empty();
    }

    /** Returns the direct name at which a route starts. */
    static Optional<String> direct(Node route) {
        var from = child(route, "from");
        var uri = uri(from);
        if (uri == null) {
            return Optional.empty();
        }
        String address = uri.getValue();
        if (address.equals(DIRECT)) {
            var parameters = child(from, "parameters");
            return Optional.ofNullable(parameters == null ? null : scalar(parameters, "name"))
                    .map(ScalarNode::getValue);
        }
        return address.startsWith(DIRECT + ":")
                ? Optional.of(address.substring(DIRECT.length() + 1))
                : Optional.empty();
    }

    /** Returns the URI of a source, which may be written alone, or null. */
    static @Nullable ScalarNode uri(@Nullable Node from) {
        return from instanceof ScalarNode text ? text : from == null ? null : scalar(from, "uri");
    }

    /** Returns the text of a key, or null. */
    static @Nullable ScalarNode scalar(Node node, String key) {
        return child(node, key) instanceof ScalarNode text ? text : null;
    }

    /** Returns the node of a key, or null. */
    static @Nullable Node child(@Nullable Node node, String key) {
        return node == null
                ? null
                : tuples(node).stream()
                        .filter(tuple -> text(tuple.getKeyNode()).equals(key))
                        .map(NodeTuple::getValueNode)
                        .findFirst()
                        .orElse(null);
    }

    /**
     * Rejects a key that is there twice, of which the parser keeps the last.
     *
     * @throws LineError with the line of the second
     */
    static void requireUniqueKeys(Node root) {
        requireUniqueKeys(root, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static void requireUniqueKeys(Node node, Set<Node> checked) {
        if (!checked.add(node)) {
            return;
        }
        if (node instanceof SequenceNode items) {
            items.getValue().forEach(item -> requireUniqueKeys(item, checked));
        }
        var keys = new HashSet<String>();
        for (NodeTuple tuple : tuples(node)) {
            String key = text(tuple.getKeyNode());
            if (!keys.add(key)) {
                throw new LineError(line(tuple.getKeyNode()), "the key " + key + " is there twice");
            }
            requireUniqueKeys(tuple.getValueNode(), checked);
        }
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    static List<NodeTuple> tuples(Node node) {
        return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
    }

    static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }
}
