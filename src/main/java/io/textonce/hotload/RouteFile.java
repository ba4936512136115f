package io.textonce.hotload;

import io.textonce.event.LineError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.dsl.yaml.common.YamlDeserializerResolver;
import org.apache.camel.dsl.yaml.common.YamlDeserializerSupport;
import org.apache.camel.model.BeanFactoryDefinition;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
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

    /** Kind of name of a route configuration. */
    static final String POLICY = "route configuration";

    private static final String BEAN = "bean";

    /** Beginning of the id of an event's route. */
    static final String EVENT = "event-";

    private final String location;
    private final RouteBuilder builder;
    private final List<Name> names = new ArrayList<>();
    private final List<Name> policies = new ArrayList<>();
    private final Set<String> directs = new TreeSet<>();
    private final String text;
    private @Nullable LineError wrongEvent;
    private final List<BeanFactoryDefinition<?>> beans = new ArrayList<>();

    /** @param location of the file as Camel writes it, such as {@code file:/routes/events/order-late.camel.yaml} */
    RouteFile(CamelContext camel, String location, String text) throws Exception {
        this.location = location;
        this.text = text;
        var resource = ResourceHelper.fromString(location, text);
        var reader = new Reader();
        reader.setCamelContext(camel);
        builder = reader.doLoadRouteBuilder(resource);
        builder.setCamelContext(camel);
        builder.setResource(resource);
        builder.addLifecycleInterceptor(new DefaultPolicy());
        builder.addLifecycleInterceptor(new PartFailures());
        builder.addLifecycleInterceptor(new TryFailures());
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

    /** Returns the route configurations that its routes select. */
    List<Name> policies() {
        return policies;
    }

    /** Returns the direct names at which its routes start. */
    Set<String> directs() {
        return directs;
    }

    /** Returns the names by which routes of other files use this one: direct names, route configurations and beans. */
    Set<String> uses() {
        var uses = new TreeSet<>(directs);
        names.stream()
                .filter(name -> name.kind().equals(POLICY) || name.kind().equals(BEAN))
                .map(Name::name)
                .forEach(uses::add);
        return uses;
    }

    /** Returns the bean definitions of the file. They are known once the routes have been read. */
    List<BeanFactoryDefinition<?>> beans() {
        return beans;
    }

    /** Returns the file's routes as Camel reads them. */
    List<RouteDefinition> routes(CamelContext camel) throws Exception {
        return builder.configureRoutes(camel).getRoutes();
    }

    /** Returns the file's route configurations as Camel reads them. */
    List<RouteConfigurationDefinition> configurations() {
        return List.copyOf(((RouteConfigurationBuilder) builder)
                .getRouteConfigurationCollection()
                .getRouteConfigurations());
    }

    /** Returns the ids of the file's routes. */
    Set<String> readRoutes(CamelContext camel) throws Exception {
        Set<String> ids = new LinkedHashSet<>();
        for (RouteDefinition route : routes(camel)) {
            if (route.getId() == null) {
                throw new IllegalArgumentException("a route has no id");
            }
            ids.add(route.getId());
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("the file holds no route; it must begin with - route:");
        }
        return ids;
    }

    private void read(Node root) {
        if (!(root instanceof SequenceNode items)) {
            throw new IllegalArgumentException("the file holds no route; it must begin with - route:");
        }
        for (Node item : items.getValue()) {
            for (NodeTuple element : YamlNodes.tuples(item)) {
                read(YamlNodes.text(element.getKeyNode()), element.getKeyNode(), element.getValueNode());
            }
        }
    }

    /**
     * Checks that the intakes find the events of the file: by the id of a route, which starts at direct of that name.
     *
     * @throws LineError if they don't
     */
    void requireEvents() {
        if (wrongEvent != null) {
            throw wrongEvent;
        }
        var routes = names.stream().filter(name -> name.kind().equals("route")).toList();
        if (location.matches(".*/events/[^/]*")
                && !routes.isEmpty()
                && routes.stream().noneMatch(route -> route.name().startsWith(EVENT))) {
            String first = routes.get(0).name();
            throw new LineError(
                    routes.get(0).line(),
                    "the id of an event's route is " + EVENT + first + ", not " + first
                            + "; the intakes find it by that");
        }
    }

    private void read(String element, Node at, Node value) {
        if (!ELEMENTS.contains(element)) {
            throw new LineError(
                    YamlNodes.line(at),
                    element + " is not allowed in a user file; a top-level element is one of "
                            + String.join(", ", ELEMENTS));
        }
        switch (element) {
            case "route" -> route(value);
            case "from" -> SourceRules.check(value);
            case "routeConfiguration" -> {
                if (!name(POLICY, value, "id")) {
                    throw new LineError(
                            YamlNodes.line(at),
                            "a routeConfiguration needs an id; without one it applies to all routes");
                }
                YamlNodes.tuples(value).stream()
                        .filter(part -> YamlNodes.text(part.getKeyNode()).equals("interceptSendToEndpoint"))
                        .findFirst()
                        .ifPresent(part -> {
                            throw new LineError(
                                    YamlNodes.line(part.getKeyNode()),
                                    "interceptSendToEndpoint is not allowed; it applies to all routes");
                        });
            }
            case "beans" -> {
                if (!(value instanceof SequenceNode declared)) {
                    throw new LineError(YamlNodes.line(at), "beans is a list; each bean begins with - name:");
                }
                declared.getValue().forEach(bean -> name(BEAN, bean, "name"));
            }
            default -> {}
        }
    }

    private void route(Node route) {
        SourceRules.check(YamlNodes.child(route, "from"));
        name("route", route, "id");
        var policy = YamlNodes.scalar(route, "routeConfigurationId");
        if (policy != null) {
            policies.add(new Name(POLICY, policy.getValue(), YamlNodes.line(policy)));
        }
        var direct = YamlNodes.direct(route);
        direct.ifPresent(directs::add);
        var id = YamlNodes.scalar(route, "id");
        String name = id == null ? "" : id.getValue();
        boolean isEvent = name.startsWith(EVENT) || direct.orElse("").startsWith(EVENT);
        if (isEvent && !name.equals(direct.orElse("")) && wrongEvent == null) {
            wrongEvent = new LineError(
                    YamlNodes.line(id == null ? route : id),
                    "the route of an event has its id as its direct name, too: " + name + " starts at "
                            + direct.map(other -> "direct " + other).orElse("another endpoint"));
        }
    }

    private boolean name(String kind, Node node, String key) {
        var found = YamlNodes.scalar(node, key);
        if (found != null) {
            if (names.stream()
                    .anyMatch(other -> other.kind().equals(kind) && other.name().equals(found.getValue()))) {
                throw new LineError(YamlNodes.line(found), "the " + kind + " " + found.getValue() + " is there twice");
            }
            names.add(new Name(kind, found.getValue(), YamlNodes.line(found)));
        }
        return found != null;
    }

    /** Returns the first line with a key of this value, or 0. */
    int lineOf(String key, String value) {
        var found = Pattern.compile(
                        "^[ -]*" + Pattern.quote(key) + ": *[\"']?" + Pattern.quote(value) + "[\"']? *$",
                        Pattern.MULTILINE)
                .matcher(text);
        return found.find() ? (int) text.substring(0, found.end()).lines().count() : 0;
    }

    /** Named element of the file. */
    record Name(String kind, String name, int line) {}

    private final class Reader extends YamlRoutesBuilderLoader {

        @Override
        protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
            YamlNodes.requireUniqueKeys(root);
            read(root);
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
                    throw new LineError(YamlNodes.line(item), "a bean needs a name and a type");
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
