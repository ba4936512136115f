package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules of route files: what is valid, what belongs into another file, and what a step must not do. Each method returns all violations of a bundle. */
final class RouteRules {

    private static final CamelSchema CLASSIC = CamelSchema.classic();
    private static final CamelSchema CANONICAL = CamelSchema.canonical();
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(password|secret|token|api-?key).*");
    private static final Pattern SECRET_VALUE =
            Pattern.compile("(AC|SK|MG|VA)[0-9a-fA-F]{32}|Bearer |://[^/\\s:@]+:[^/\\s@]+@");
    private static final Pattern BODY =
            Pattern.compile("\\$\\{(body|bodyAs|message\\.body|in\\.body|mandatoryBodyAs)\\b");

    private RouteRules() {}

    static List<Violation> isValidForTheCamelThatRuns(Bundle bundle) {
        return validBy(CLASSIC, bundle);
    }

    static List<Violation> isCanonical(Bundle bundle) {
        return validBy(CANONICAL, bundle);
    }

    private static List<Violation> validBy(CamelSchema schema, Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            schema.problems(file.elements()).forEach(problem -> violations.add(new Violation(file.path(), problem)));
        }
        return violations;
    }

    static List<Violation> keepsOptionsOutOfUris(Bundle bundle) {
        return endpoints(bundle, endpoint -> endpoint.uri().contains("?"), "put the options under parameters");
    }

    /** The kamelets check the signature and drop a caller's headers; an intake is stopped by its own consumer. */
    static List<Violation> opensPathsByKamelets(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            for (var route : file.isKamelet() ? List.<JsonNode>of() : file.routes()) {
                var from = new Endpoint("from", route.at("/from/uri").asText(), route.at("/from/parameters"));
                boolean isIntake =
                        file.path().startsWith("intake/") && from.target().startsWith("/api/");
                if (from.scheme().equals("platform-http") && !isIntake) {
                    violations.add(new Violation(
                            file,
                            "route " + route.path("id").asText()
                                    + " must start at kamelet:api-source or kamelet:twilio-webhook-source"));
                }
            }
        }
        return violations;
    }

    static List<Violation> containsNoSecret(Bundle bundle) {
        var violations = new ArrayList<Violation>(endpoints(
                bundle,
                endpoint -> endpoint.kind().equals("toD") && !endpoint.scheme().equals("direct"),
                "toD is for direct only; use fixed URIs and named parameters elsewhere"));
        for (var file : bundle.files()) {
            RouteFile.strings(file.elements(), (name, value) -> {
                if (SECRET_NAME.matcher(name).matches() && !value.startsWith("{{")
                        || SECRET_VALUE.matcher(value).find()) {
                    violations.add(new Violation(file, name + " holds a secret; refer to a setting"));
                }
            });
            RouteFile.objects(file.elements(), (kind, object) -> {
                boolean logs = kind.equals("log") || object.path("uri").asText().startsWith("log");
                if (logs && BODY.matcher(object.toString()).find()) {
                    violations.add(new Violation(file, "a log step must not show the body; log ids"));
                }
            });
        }
        return violations;
    }

    static List<Violation> leavesFailuresToPolicies(Bundle bundle) {
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
            found.forEach(kind -> violations.add(
                    new Violation(file, kind + " belongs into policies.camel.yaml; name a routeConfigurationId")));
        }
        return violations;
    }

    /** Of kamelets and policies the routes that use them are tested. */
    static List<Violation> isTested(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            if (file.routes().isEmpty() || file.isKamelet()) {
                continue;
            }
            String wanted = Stream.of(file.name().split("-"))
                            .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                            .collect(Collectors.joining())
                    + "Test";
            if (Stream.of(wanted, "routes/" + file.path(), "cases/" + file.name())
                    .noneMatch(bundle.tests()::contains)) {
                violations.add(new Violation(
                        file,
                        "has no test src/test/java/io/textonce/routes/" + wanted
                                + ".java, no other one there names routes/" + file.path()
                                + ", and there are no cases in routes/cases/" + file.name()));
            }
        }
        return violations;
    }

    private static List<Violation> endpoints(Bundle bundle, Predicate<Endpoint> bad, String words) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            Endpoint.below(file.elements()).stream()
                    .filter(bad)
                    .forEach(endpoint -> violations.add(new Violation(file, endpoint.uri() + ": " + words)));
        }
        return violations;
    }
}
