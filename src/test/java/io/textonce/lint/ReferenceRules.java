package io.textonce.lint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Rules for what a route file refers to: direct routes, beans and their methods, kamelets, files and settings. */
final class ReferenceRules {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([^{}:]+)(:[^{}]*)?}}");
    private static final Pattern RESOURCE = Pattern.compile("(?:\\{\\{textonce\\.home}}/|textonce:)([^\\s?\"']+)");
    private static final Map<String, String> KAMELET_FILES = Map.of(
            "schema", "schemas/%s\\.schema\\.json",
            "template", "templates/%s(\\.[A-Za-z0-9-]+)?\\.mustache");
    private static final Pattern BEAN_IN_SIMPLE = Pattern.compile("\\$\\{bean:([A-Za-z0-9_]+)");

    private ReferenceRules() {}

    static List<Violation> namesDirectRoutesThatExist(Bundle bundle) {
        var direct = bundle.routes().stream()
                .filter(route -> route.path("from").path("uri").asText().startsWith("direct"))
                .collect(Collectors.toMap(
                        route -> route.path("id").asText(),
                        route -> new Endpoint("from", route.at("/from/uri").asText(), route.at("/from/parameters"))
                                .target(),
                        (one, other) -> one));
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            for (var route : file.routes()) {
                String id = route.path("id").asText();
                if (direct.containsKey(id) && !direct.get(id).equals(id)) {
                    violations.add(new Violation(
                            file, "route " + id + " reads direct " + direct.get(id) + "; the name must be its id"));
                }
            }
            for (var endpoint : Endpoint.below(file.elements())) {
                if (endpoint.scheme().equals("direct")
                        && !endpoint.target().equals("event-${variable.event}")
                        && !direct.containsKey(endpoint.target())) {
                    violations.add(new Violation(file, "no route reads direct " + endpoint.target()));
                }
            }
        }
        return violations;
    }

    static List<Violation> refersToWhatExistsAndLeavesNothingUnused(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        var usedBeans = new HashSet<String>();
        var usedResources = new HashSet<String>();
        var usedKamelets = new HashSet<String>();
        var kamelets = bundle.files().stream()
                .filter(RouteFile::isKamelet)
                .collect(Collectors.toMap(RouteFile::name, file -> file));
        var declared = new HashSet<>(bundle.beans().keySet());
        bundle.files()
                .forEach(file -> RouteFile.objects(file.elements(), (kind, object) -> {
                    if (kind.equals("beans")) {
                        declared.add(object.path("name").asText());
                    }
                }));
        for (var file : bundle.files()) {
            for (String bean : beansOf(file)) {
                usedBeans.add(bean);
                if (!declared.contains(bean)) {
                    violations.add(new Violation(file, "there is no bean " + bean));
                }
            }
            RouteFile.strings(
                    file.elements(),
                    (name, value) -> found(RESOURCE, value).forEach(path -> {
                        String resource = file.isExample() ? "examples/" + path : path;
                        usedResources.add(resource);
                        if (!bundle.resources().containsKey(resource)) {
                            violations.add(new Violation(file, "there is no file routes/" + resource));
                        }
                    }));
            for (var endpoint : Endpoint.below(file.elements())) {
                if (!file.isKamelet()) {
                    resources(violations, file, endpoint, bundle.resources().keySet(), usedResources);
                }
                if (endpoint.scheme().equals("kamelet") && !file.isKamelet()) {
                    usedKamelets.add(endpoint.target());
                    var kamelet = kamelets.get(endpoint.target());
                    if (kamelet == null) {
                        violations.add(new Violation(file, "there is no kamelet " + endpoint.target()));
                    } else {
                        parameters(violations, file, endpoint, kamelet);
                    }
                }
            }
        }
        bundle.resources().keySet().stream()
                .filter(resource -> !usedResources.contains(resource))
                .forEach(resource -> violations.add(new Violation(resource, "no route uses it")));
        kamelets.forEach((name, file) -> {
            if (!usedKamelets.contains(name)) {
                violations.add(new Violation(file, "no route uses it"));
            }
        });
        bundle.beans().forEach((name, bean) -> {
            if (bean.onlyForRoutes() && !usedBeans.contains(name)) {
                violations.add(new Violation("*", "no route uses the processor " + name));
            }
        });
        return violations;
    }

    /** The files that a kamelet finds by the name that it is given. */
    private static void resources(
            List<Violation> violations, RouteFile file, Endpoint endpoint, Set<String> resources, Set<String> used) {
        KAMELET_FILES.forEach((parameter, path) -> {
            String name = endpoint.parameters().path(parameter).asText();
            if (endpoint.scheme().equals("kamelet") && !name.isEmpty()) {
                var files = resources.stream()
                        .filter(resource -> resource.matches("(examples/)?" + path.formatted(Pattern.quote(name))))
                        .toList();
                used.addAll(files);
                if (files.isEmpty()) {
                    violations.add(new Violation(file, "there is no file for the " + parameter + " " + name));
                }
            }
        });
    }

    private static Set<String> beansOf(RouteFile file) {
        var beans = new TreeSet<String>();
        RouteFile.strings(file.elements(), (name, value) -> {
            boolean reference = name.equals("ref") || name.endsWith("Ref");
            String bean = value.startsWith("#bean:") ? value.substring(6) : value.replaceFirst("^#", "");
            if ((reference || value.startsWith("#")) && !bean.startsWith("class:") && !bean.startsWith("{{")) {
                beans.add(bean);
            }
            found(BEAN_IN_SIMPLE, value).forEach(beans::add);
        });
        return beans;
    }

    private static void parameters(List<Violation> violations, RouteFile file, Endpoint endpoint, RouteFile kamelet) {
        var definition = kamelet.tree().at("/spec/definition");
        endpoint.parameters().fieldNames().forEachRemaining(name -> {
            if (!definition.path("properties").has(name)) {
                violations.add(new Violation(file, "kamelet " + kamelet.name() + " has no parameter " + name));
            }
        });
        definition.path("required").forEach(name -> {
            if (!endpoint.parameters().has(name.asText())) {
                violations.add(
                        new Violation(file, "kamelet " + kamelet.name() + " needs the parameter " + name.asText()));
            }
        });
    }

    /** Camel finds a method by its name alone: one that is missing or overloaded fails only when the step runs. */
    static List<Violation> callsOneMethodOfABean(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            RouteFile.objects(file.elements(), (kind, object) -> {
                var bean = bundle.beans().get(object.path("ref").asText());
                String method = object.path("method").asText();
                if (bean == null || method.isEmpty() || bean.methods().isEmpty()) {
                    return;
                }
                long found = bean.methods().stream().filter(method::equals).count();
                if (found != 1) {
                    String which = object.path("ref").asText() + "." + method;
                    violations.add(
                            new Violation(file, found == 0 ? "there is no method " + which : which + " is overloaded"));
                }
            });
        }
        return violations;
    }

    static List<Violation> usesDeclaredSettings(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            var declared = new HashSet<>(bundle.settings());
            if (file.isExample()) {
                // Camel's function for a variable of the environment.
                declared.add("env");
            }
            if (file.isKamelet()) {
                file.tree().at("/spec/definition/properties").fieldNames().forEachRemaining(declared::add);
                file.tree()
                        .at("/spec/template/beans")
                        .forEach(bean -> declared.add(bean.path("name").asText()));
                // Given by Camel: the id of the route that it makes of the kamelet.
                declared.add("routeId");
            }
            var used = new TreeSet<String>();
            RouteFile.strings(
                    file.elements(), (name, value) -> found(PLACEHOLDER, value).forEach(used::add));
            used.removeAll(declared);
            used.forEach(name -> violations.add(
                    new Violation(file, "the setting " + name + " is not declared in application.yaml")));
        }
        return violations;
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(ReferenceRules::group).toList();
    }

    private static String group(MatchResult match) {
        return match.group(1);
    }
}
