package io.textonce.hotload;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.textonce.event.LineError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;

/**
 * Registry of kamelets in a running Camel: those of user files, and the routes that Camel creates for each use of any.
 */
final class KameletTemplates {

    private final ModelCamelContext camel;
    private final BundleFiles files;
    private final Map<String, String> own = new HashMap<>();
    private final Set<String> used = new HashSet<>();

    KameletTemplates(ModelCamelContext camel, BundleFiles files) {
        this.camel = camel;
        this.files = files;
    }

    /** Returns the one registry of a Camel. */
    static KameletTemplates of(ModelCamelContext camel, BundleFiles files) {
        var extension = camel.getCamelContextExtension();
        var registry = extension.getContextPlugin(KameletTemplates.class);
        if (registry == null) {
            registry = new KameletTemplates(camel, files);
            extension.addContextPlugin(KameletTemplates.class, registry);
        }
        return registry;
    }

    static String nameOf(String file) {
        return Path.of(file).getFileName().toString().replace(FileNames.KAMELET, "");
    }

    /** Returns whether a file's kamelet is registered, in this or the previous version. */
    boolean isOwn(String file) {
        return own.containsKey(file);
    }

    /**
     * Replaces a kamelet.
     *
     * @param stop stops the routes that use it: an event in progress uses all of one version
     * @param reload reloads them; if one of them can't run with it, all keep the previous version
     */
    void replace(String file, String location, String text, Users stop, Users reload) throws Exception {
        String name = nameOf(file);
        check(name, text);
        stop.accept(name);
        String before = own.put(file, text);
        try {
            load(name, location, text);
            reload.accept(name);
        } catch (Exception e) {
            unload(name);
            if (before == null) {
                own.remove(file);
            } else {
                own.put(file, before);
                load(name, location, before);
                reload.accept(name);
            }
            throw e;
        }
    }

    void remove(String file) {
        if (own.remove(file) != null) {
            try {
                unload(nameOf(file));
            } catch (Exception e) {
                throw new IllegalStateException("The kamelet in " + file + " can't be removed", e);
            }
        }
    }

    KameletParameters parameters(String kamelet) throws IOException {
        return new KameletParameters(textOf(kamelet));
    }

    private String textOf(String name) throws IOException {
        for (var mine : own.entrySet()) {
            if (nameOf(mine.getKey()).equals(name)) {
                return mine.getValue();
            }
        }
        var shipped = files.shipped(BundleFiles.KAMELETS + name + FileNames.KAMELET);
        return shipped.exists() ? new String(shipped.getInputStream().readAllBytes(), UTF_8) : "";
    }

    private void check(String name, String text) {
        var shipped = files.shipped(BundleFiles.KAMELETS + name + FileNames.KAMELET);
        var file = new Compose(LoadSettings.builder().build()).composeString(text);
        file.ifPresent(YamlNodes::requireUniqueKeys);
        file.map(root -> YamlNodes.child(root, "spec"))
                .map(spec -> YamlNodes.child(spec, "template"))
                .ifPresent(template -> {
                    SourceRules.check(YamlNodes.child(template, "from"));
                    SourceRules.check(YamlNodes.child(YamlNodes.child(template, "route"), "from"));
                });
        var named = file.map(root -> YamlNodes.child(root, "metadata"))
                .map(metadata -> YamlNodes.scalar(metadata, "name"))
                .orElse(null);
        int line = named == null ? 0 : YamlNodes.line(named);
        if (shipped.exists()) {
            throw new LineError(
                    line,
                    "there is a shipped kamelet " + name + " in " + files.nameOf(shipped.getLocation())
                            + "; choose another name");
        }
        if (named == null || !named.getValue().equals(name)) {
            throw new LineError(line, "the kamelet must have the name of its file: " + name);
        }
    }

    private void load(String name, String location, String text) throws Exception {
        unload(name);
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(location, text));
    }

    private void unload(String name) throws Exception {
        for (var use : uses().filter(use -> use.getTemplateId().equals(name)).toList()) {
            camel.removeEndpoint(use);
        }
        var definition = camel.getRouteTemplateDefinition(name);
        if (definition != null) {
            camel.removeRouteTemplateDefinition(definition);
        }
    }

    /** Returns the ids of kamelet routes that a route used and none uses any more. One that is being created is not used yet. */
    List<String> unused() {
        var left = new HashSet<>(used);
        used.clear();
        remember();
        left.removeAll(used);
        left.retainAll(routes());
        return List.copyOf(left);
    }

    /** Takes note of the kamelet routes in use. */
    void remember() {
        uses().map(KameletEndpoint::getRouteId).forEach(used::add);
    }

    /** Returns the ids of all kamelet routes. */
    Set<String> routes() {
        return camel.getRouteDefinitions().stream()
                .filter(route -> Boolean.TRUE.equals(route.isKamelet()))
                .map(RouteDefinition::getId)
                .collect(Collectors.toSet());
    }

    /** Returns whether Camel created a route for the use of a kamelet. */
    boolean isOf(String kamelet, String routeId) {
        return uses().anyMatch(use ->
                use.getTemplateId().equals(kamelet) && use.getRouteId().equals(routeId));
    }

    /** Returns the endpoints by which routes call kamelets, without those by which a kamelet calls back. */
    private Stream<KameletEndpoint> uses() {
        return List.copyOf(camel.getEndpoints()).stream()
                .filter(KameletEndpoint.class::isInstance)
                .map(KameletEndpoint.class::cast)
                .filter(endpoint -> !endpoint.getEndpointUri().matches("kamelet://(source|sink)\\b.*"));
    }

    /** Action on the routes that use a kamelet. */
    interface Users {

        void accept(String kamelet) throws Exception;
    }
}
