package io.textonce.hotload;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.dsl.yaml.common.YamlDeserializerResolver;
import org.apache.camel.dsl.yaml.common.YamlDeserializerSupport;
import org.apache.camel.model.BeanFactoryDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Parsed user route file. Camel's loader creates the beans of a file while it reads it, twice; this one only collects
 * them, so that parsing has no side effect, and rejects what would remain after the file is deleted.
 */
final class RouteFile {

    /**
     * Elements that belong to the file alone. Camel supports more, for all routes: error handlers, REST, templates,
     * data formats.
     */
    private static final Set<String> ELEMENTS = new TreeSet<>(Set.of(
            "route",
            "from",
            "routeConfiguration",
            "beans",
            "onException",
            "onCompletion",
            "intercept",
            "interceptFrom"));

    private final String location;
    private final RouteBuilder builder;
    private final List<Name> names = new ArrayList<>();
    private final List<BeanFactoryDefinition<?>> beans = new ArrayList<>();

    private RouteFile(CamelContext camel, String location, String text) throws Exception {
        this.location = location;
        var resource = ResourceHelper.fromString(location, text);
        var reader = new Reader();
        reader.setCamelContext(camel);
        builder = reader.doLoadRouteBuilder(resource);
        builder.setCamelContext(camel);
        builder.setResource(resource);
    }

    /** @param location of the file as Camel writes it, such as {@code file:/routes/events/order-late.camel.yaml} */
    static RouteFile parse(CamelContext camel, String location, String text) throws Exception {
        return new RouteFile(camel, location, text);
    }

    String location() {
        return location;
    }

    /** Returns the routes and route configurations of the file, which Camel may start once. */
    RouteBuilder builder() {
        return builder;
    }

    /** Returns the names that must be unique across files. */
    List<Name> names() {
        return names;
    }

    /** Returns the bean definitions of the file. They are known once the routes have been read. */
    List<BeanFactoryDefinition<?>> beans() {
        return beans;
    }

    /** Returns the ids of the file's routes, as Camel reads them. */
    Set<String> readRoutes(CamelContext camel) throws Exception {
        Set<String> ids = new LinkedHashSet<>();
        for (RouteDefinition route : builder.configureRoutes(camel).getRoutes()) {
            if (route.getId() == null) {
                throw new IllegalArgumentException("a route has no id");
            }
            ids.add(route.getId());
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("the file holds no route; it must begin with - route:");
        }
        return ids;
    }

    private void look(Node root) {
        if (!(root instanceof SequenceNode items)) {
            throw new IllegalArgumentException("the file holds no route; it must begin with - route:");
        }
        for (Node item : items.getValue()) {
            for (NodeTuple element : tuples(item)) {
                look(text(element.getKeyNode()), element.getKeyNode(), element.getValueNode());
            }
        }
    }

    private void look(String element, Node at, Node value) {
        if (!ELEMENTS.contains(element)) {
            throw new LineError(
                    line(at),
                    element + " is not allowed in a user file; a top-level element is one of "
                            + String.join(", ", ELEMENTS));
        }
        switch (element) {
            case "route" -> name("route", value, "id");
            case "routeConfiguration" -> {
                if (!name("route configuration", value, "id")) {
                    throw new LineError(
                            line(at), "a routeConfiguration needs an id; without one it applies to all routes");
                }
                tuples(value).stream()
                        .filter(part -> text(part.getKeyNode()).equals("interceptSendToEndpoint"))
                        .findFirst()
                        .ifPresent(part -> {
                            throw new LineError(
                                    line(part.getKeyNode()),
                                    "interceptSendToEndpoint is not allowed; it applies to all routes");
                        });
            }
            case "beans" -> {
                if (value instanceof SequenceNode declared) {
                    declared.getValue().forEach(bean -> name("bean", bean, "name"));
                }
            }
            default -> {}
        }
    }

    private boolean name(String kind, Node node, String key) {
        var found = scalar(node, key);
        if (found != null) {
            if (names.stream()
                    .anyMatch(other -> other.kind().equals(kind) && other.name().equals(found.getValue()))) {
                throw new LineError(line(found), "the " + kind + " " + found.getValue() + " is there twice");
            }
            names.add(new Name(kind, found.getValue(), line(found)));
        }
        return found != null;
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

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static List<NodeTuple> tuples(Node node) {
        return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
    }

    private static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** Named element of the file. */
    record Name(String kind, String name, int line) {}

    private final class Reader extends YamlRoutesBuilderLoader {

        @Override
        protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
            look(root);
            return super.builder(context, root);
        }

        @Override
        protected YamlDeserializationContext newYamlDeserializationContext(LoadSettings settings, Resource resource) {
            var context = super.newYamlDeserializationContext(settings, resource);
            context.addResolver(new YamlDeserializerResolver() {
                @Override
                public int getOrder() {
                    return ORDER_HIGHEST;
                }

                @Override
                public org.snakeyaml.engine.v2.api.@Nullable ConstructNode resolve(String id) {
                    return id.equals("beans") ? node -> collect(context, node) : null;
                }
            });
            return context;
        }

        private @Nullable Object collect(YamlDeserializationContext context, Node node) {
            for (Node item : ((SequenceNode) node).getValue()) {
                YamlDeserializerSupport.setDeserializationContext(item, context);
                BeanFactoryDefinition<?> bean = context.construct(item, BeanFactoryDefinition.class);
                if (bean.getName() == null || bean.getType() == null) {
                    throw new LineError(line(item), "a bean needs a name and a type");
                }
                if (!bean.getType().startsWith("#class:")) {
                    bean.setType("#class:" + bean.getType());
                }
                beans.add(bean);
            }
            return null;
        }
    }
}
