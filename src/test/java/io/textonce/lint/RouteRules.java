package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.events.CommentEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.representer.Representer;

/** The rules of route files, each a method that says all violations of it in a bundle. */
public final class RouteRules {

    private static final CamelSchema CLASSIC = CamelSchema.classic();
    private static final CamelSchema CANONICAL = CamelSchema.canonical();

    private static final int DESCRIPTION = 60;
    private static final int WIDTH = 80;
    private static final int ROUTES_A_FILE = 3;

    private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern GENERATED = Pattern.compile(".*-\\d{3,}");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([^{}:]+)(:[^{}]*)?}}");
    private static final Pattern RESOURCE = Pattern.compile("(?:\\{\\{textonce\\.home}}/|textonce:)([^\\s?\"']+)");
    private static final Map<String, String> KAMELET_FILES = Map.of(
            "schema", "schemas/%s\\.schema\\.json",
            "template", "templates/%s(\\.[A-Za-z0-9-]+)?\\.mustache");
    private static final Pattern BEAN_IN_SIMPLE = Pattern.compile("\\$\\{bean:([A-Za-z0-9_]+)");
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(password|secret|token|api-?key).*");
    private static final Pattern SECRET_VALUE =
            Pattern.compile("(AC|SK|MG|VA)[0-9a-fA-F]{32}|Bearer |://[^/\\s:@]+:[^/\\s@]+@");
    private static final Pattern BODY =
            Pattern.compile("\\$\\{(body|bodyAs|message\\.body|in\\.body|mandatoryBodyAs)\\b");

    private RouteRules() {}

    public static List<Violation> isValidForTheCamelThatRuns(Bundle bundle) {
        return validBy(CLASSIC, bundle);
    }

    public static List<Violation> isCanonical(Bundle bundle) {
        return validBy(CANONICAL, bundle);
    }

    private static List<Violation> validBy(CamelSchema schema, Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            schema.problems(file.elements()).forEach(problem -> violations.add(new Violation(file.path(), problem)));
        }
        return violations;
    }

    public static List<Violation> isNamedAfterItsRoutes(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            if (file.isKamelet()) {
                continue;
            }
            var ids = file.routes().stream()
                    .map(route -> route.path("id").asText())
                    .toList();
            if (file.isPolicies()) {
                if (!ids.isEmpty()) {
                    add(violations, file, "a file of policies has no routes; move " + ids + " into a file of its own");
                }
                continue;
            }
            String first = file.isEvent() ? "event-" + file.name() : file.name();
            if (ids.isEmpty()) {
                add(violations, file, "has no route; one with the id " + first + " is expected");
            } else if (!ids.get(0).equals(first)) {
                add(violations, file, "the id of its first route is " + ids.get(0) + ", not " + first);
            }
            ids.stream()
                    .skip(1)
                    .filter(id -> !id.startsWith(first + "-"))
                    .forEach(id ->
                            add(violations, file, "the id of its route " + id + " must start with " + first + "-"));
            if (ids.size() > ROUTES_A_FILE) {
                add(violations, file, "has " + ids.size() + " routes; a file is one flow of at most " + ROUTES_A_FILE);
            }
        }
        return violations;
    }

    public static List<Violation> saysWhatEveryBoxDoes(Bundle bundle) {
        var configurations = bundle.files().stream()
                .flatMap(file -> file.configurations().stream())
                .map(configuration -> configuration.path("id").asText())
                .collect(Collectors.toSet());
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            for (var configuration : file.configurations()) {
                described(violations, file, "routeConfiguration", configuration);
            }
            for (var route : file.routes()) {
                described(violations, file, "route", route);
                String id = route.path("id").asText();
                if (!route.path("group").isTextual()) {
                    add(violations, file, "route " + id + " has no group");
                }
                String configuration = route.path("routeConfigurationId").asText();
                if (configuration.isEmpty()) {
                    add(
                            violations,
                            file,
                            "route " + id + " has no routeConfigurationId, so no policy handles its failures");
                } else if (!configurations.contains(configuration)) {
                    add(violations, file, "route " + id + " names the unknown routeConfigurationId " + configuration);
                }
            }
            if (!file.isKamelet()) {
                RouteFile.steps(file.elements(), (kind, step) -> {
                    if (!isBranch(kind)) {
                        described(violations, file, kind, step);
                    }
                });
            }
        }
        return violations;
    }

    private static void described(List<Violation> violations, RouteFile file, String kind, JsonNode node) {
        String which = kind + " " + node.path("id").asText("without an id");
        String description = node.path("description").asText();
        if (description.isEmpty()) {
            add(violations, file, which + " has no description");
        } else if (description.length() > DESCRIPTION) {
            add(
                    violations,
                    file,
                    which + ": its description is longer than " + DESCRIPTION + "; move the reason to note");
        } else if (description.endsWith(".")) {
            add(violations, file, which + ": its description ends with a full stop; it is a label");
        }
    }

    public static List<Violation> hasTellingUniqueIds(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        var seen = new HashMap<String, String>();
        for (var file : bundle.files()) {
            if (file.isKamelet()) {
                continue;
            }
            Stream.concat(file.routes().stream(), file.configurations().stream())
                    .forEach(owner -> {
                        String ownerId = owner.path("id").asText();
                        ids(violations, file, owner, "route", ownerId, seen);
                        var from = owner.path("from");
                        if (from.isObject()) {
                            ids(violations, file, from, "from", ownerId, seen);
                        }
                        RouteFile.steps(owner, (kind, step) -> {
                            if (!isBranch(kind) || step.has("id")) {
                                ids(violations, file, step, kind, ownerId, seen);
                            }
                        });
                    });
        }
        return violations;
    }

    private static void ids(
            List<Violation> violations,
            RouteFile file,
            JsonNode node,
            String kind,
            String ownerId,
            Map<String, String> seen) {
        String id = node.path("id").asText();
        if (id.isEmpty()) {
            add(violations, file, "a " + kind + " of " + ownerId + " has no id");
            return;
        }
        if (!KEBAB.matcher(id).matches()) {
            add(violations, file, "the id " + id + " must be lower-case words with hyphens");
        }
        if (GENERATED.matcher(id).matches()) {
            add(violations, file, "the id " + id + " looks generated; name the operation");
        }
        if (!id.equals(ownerId) && !id.startsWith(ownerId + "-")) {
            add(violations, file, "the id " + id + " must start with " + ownerId + "-");
        }
        String other = seen.putIfAbsent(id, file.path());
        if (other != null) {
            add(violations, file, "the id " + id + " is used twice, also in routes/" + other);
        }
    }

    public static List<Violation> keepsOptionsOutOfUris(Bundle bundle) {
        return endpoints(bundle, endpoint -> endpoint.uri().contains("?"), "put the options under parameters");
    }

    /** The kamelets check the signature and drop a caller's headers; an intake is stopped by its own consumer. */
    public static List<Violation> opensPathsByKamelets(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            for (var route : file.isKamelet() ? List.<JsonNode>of() : file.routes()) {
                var from = new Endpoint("from", route.at("/from/uri").asText(), route.at("/from/parameters"));
                boolean isIntake =
                        file.path().startsWith("intake/") && from.target().startsWith("/api/");
                if (from.scheme().equals("platform-http") && !isIntake) {
                    add(
                            violations,
                            file,
                            "route " + route.path("id").asText()
                                    + " must start at kamelet:api-source or kamelet:twilio-webhook-source");
                }
            }
        }
        return violations;
    }

    public static List<Violation> namesDirectRoutesThatExist(Bundle bundle) {
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
                    add(
                            violations,
                            file,
                            "route " + id + " reads direct " + direct.get(id) + "; the name must be its id");
                }
            }
            for (var endpoint : Endpoint.below(file.elements())) {
                if (endpoint.scheme().equals("direct")
                        && !endpoint.target().equals("event-${variable.event}")
                        && !direct.containsKey(endpoint.target())) {
                    add(violations, file, "no route reads direct " + endpoint.target());
                }
            }
        }
        return violations;
    }

    public static List<Violation> tellsNoSecret(Bundle bundle) {
        var violations = new ArrayList<Violation>(endpoints(
                bundle,
                endpoint -> endpoint.kind().equals("toD") && !endpoint.scheme().equals("direct"),
                "toD is for direct only; use fixed URIs and named parameters elsewhere"));
        for (var file : bundle.files()) {
            RouteFile.strings(file.elements(), (name, value) -> {
                if (SECRET_NAME.matcher(name).matches() && !value.startsWith("{{")
                        || SECRET_VALUE.matcher(value).find()) {
                    add(violations, file, name + " holds a secret; refer to a setting");
                }
            });
            RouteFile.objects(file.elements(), (kind, object) -> {
                boolean logs = kind.equals("log") || object.path("uri").asText().startsWith("log");
                if (logs && BODY.matcher(object.toString()).find()) {
                    add(violations, file, "a log step must not show the body; log ids");
                }
            });
        }
        return violations;
    }

    public static List<Violation> leavesFailuresToPolicies(Bundle bundle) {
        var kinds = Set.of("onException", "errorHandler", "onCompletion", "doTry", "routeConfiguration");
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            if (file.isPolicies()) {
                continue;
            }
            var found = new TreeSet<String>();
            RouteFile.objects(
                    file.elements(),
                    (kind, object) -> object.fieldNames().forEachRemaining(name -> {
                        if (kinds.contains(name)) {
                            found.add(name);
                        }
                    }));
            found.forEach(kind ->
                    add(violations, file, kind + " belongs into policies.camel.yaml; name a routeConfigurationId"));
        }
        return violations;
    }

    public static List<Violation> refersToWhatExistsAndLeavesNothingUnused(Bundle bundle) {
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
                    add(violations, file, "there is no bean " + bean);
                }
            }
            RouteFile.strings(
                    file.elements(),
                    (name, value) -> found(RESOURCE, value).forEach(path -> {
                        String resource = file.isExample() ? "examples/" + path : path;
                        usedResources.add(resource);
                        if (!bundle.resources().containsKey(resource)) {
                            add(violations, file, "there is no file routes/" + resource);
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
                        add(violations, file, "there is no kamelet " + endpoint.target());
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
                add(violations, file, "no route uses it");
            }
        });
        bundle.beans().forEach((name, bean) -> {
            if (bean.onlyForRoutes() && !usedBeans.contains(name)) {
                violations.add(new Violation("*", "no route uses the processor " + name));
            }
        });
        return violations;
    }

    /** Camel finds a method by its name alone: one that is missing or overloaded fails only when the step runs. */
    public static List<Violation> callsOneMethodOfABean(Bundle bundle) {
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
                    add(violations, file, found == 0 ? "there is no method " + which : which + " is overloaded");
                }
            });
        }
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
                    add(violations, file, "there is no file for the " + parameter + " " + name);
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
                add(violations, file, "kamelet " + kamelet.name() + " has no parameter " + name);
            }
        });
        definition.path("required").forEach(name -> {
            if (!endpoint.parameters().has(name.asText())) {
                add(violations, file, "kamelet " + kamelet.name() + " needs the parameter " + name.asText());
            }
        });
    }

    public static List<Violation> usesDeclaredSettings(Bundle bundle) {
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
            used.forEach(name -> add(violations, file, "the setting " + name + " is not declared in application.yaml"));
        }
        return violations;
    }

    /** A visual editor drops comments below the first key and blank lines, and folds long lines. */
    public static List<Violation> survivesAVisualEditor(Bundle bundle) {
        var options = new LoaderOptions();
        options.setProcessComments(true);
        var dumper = new DumperOptions();
        var yaml = new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options);
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            boolean head = true;
            boolean commented = false;
            for (var event : yaml.parse(new java.io.StringReader(file.text()))) {
                int line = event.getStartMark().getLine() + 1;
                if (event instanceof CommentEvent comment) {
                    if (comment.getCommentType() == CommentType.BLANK_LINE) {
                        add(violations, file, "line " + line + " is blank");
                    } else if (!head) {
                        add(violations, file, "line " + line + " is a comment below the head; use description or note");
                    }
                    commented = true;
                } else if (event instanceof MappingStartEvent || event instanceof SequenceStartEvent) {
                    head = false;
                } else if (event instanceof ScalarEvent scalar
                        && scalar.getEndMark().getColumn() > WIDTH) {
                    boolean folds = scalar.getScalarStyle() == DumperOptions.ScalarStyle.DOUBLE_QUOTED
                            || scalar.getValue().contains(" ");
                    if (folds) {
                        add(violations, file, "line " + line + " runs past column " + WIDTH);
                    }
                }
            }
            if (!commented && !file.isKamelet()) {
                add(violations, file, "has no head comment with its purpose");
            }
        }
        return violations;
    }

    /** Of kamelets and policies the routes that use them are tested. */
    public static List<Violation> isTested(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            if (file.routes().isEmpty() || file.isKamelet()) {
                continue;
            }
            String wanted = Stream.of(file.name().split("-"))
                            .map(word -> word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1))
                            .collect(Collectors.joining())
                    + "Test";
            if (Stream.of(wanted, "routes/" + file.path(), "cases/" + file.name())
                    .noneMatch(bundle.tests()::contains)) {
                add(
                        violations,
                        file,
                        "has no test src/test/java/io/textonce/routes/" + wanted
                                + ".java, no other one there names routes/" + file.path()
                                + ", and there are no cases in routes/cases/" + file.name());
            }
        }
        return violations;
    }

    private static List<Violation> endpoints(Bundle bundle, Predicate<Endpoint> bad, String words) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            Endpoint.below(file.elements()).stream()
                    .filter(bad)
                    .forEach(endpoint -> add(violations, file, endpoint.uri() + ": " + words));
        }
        return violations;
    }

    /** Of a step's branches only those are boxes on the canvas that can fail or send by themselves. */
    private static boolean isBranch(String kind) {
        return Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback", "onWhen")
                .contains(kind);
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(RouteRules::first).toList();
    }

    private static String first(MatchResult match) {
        return match.group(1);
    }

    private static void add(List<Violation> violations, RouteFile file, String words) {
        violations.add(new Violation(file.path(), words));
    }
}
