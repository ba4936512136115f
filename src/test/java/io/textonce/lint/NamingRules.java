package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules for the names, ids and descriptions of routes and their steps. */
final class NamingRules {

    private static final int DESCRIPTION = 60;
    private static final int ROUTES_A_FILE = 3;
    private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern GENERATED = Pattern.compile(".*-\\d{3,}");

    private NamingRules() {}

    static List<Violation> isNamedAfterItsRoutes(Bundle bundle) {
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
                    violations.add(new Violation(
                            file, "a file of policies has no routes; move " + ids + " into a file of its own"));
                }
                continue;
            }
            String first = file.isEvent() ? "event-" + file.name() : file.name();
            if (ids.isEmpty()) {
                violations.add(new Violation(file, "has no route; one with the id " + first + " is expected"));
            } else if (!ids.get(0).equals(first)) {
                violations.add(new Violation(file, "the id of its first route is " + ids.get(0) + ", not " + first));
            }
            ids.stream()
                    .skip(1)
                    .filter(id -> !id.startsWith(first + "-"))
                    .forEach(id -> violations.add(
                            new Violation(file, "the id of its route " + id + " must start with " + first + "-")));
            if (ids.size() > ROUTES_A_FILE) {
                violations.add(new Violation(
                        file, "has " + ids.size() + " routes; a file is one flow of at most " + ROUTES_A_FILE));
            }
        }
        return violations;
    }

    static List<Violation> describesEveryStep(Bundle bundle) {
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
                    violations.add(new Violation(file, "route " + id + " has no group"));
                }
                String configuration = route.path("routeConfigurationId").asText();
                if (configuration.isEmpty()) {
                    violations.add(new Violation(
                            file, "route " + id + " has no routeConfigurationId, so no policy handles its failures"));
                } else if (!configurations.contains(configuration)) {
                    violations.add(new Violation(
                            file, "route " + id + " names the unknown routeConfigurationId " + configuration));
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
            violations.add(new Violation(file, which + " has no description"));
        } else if (description.length() > DESCRIPTION) {
            violations.add(new Violation(
                    file, which + ": its description is longer than " + DESCRIPTION + "; move the reason to note"));
        } else if (description.endsWith(".")) {
            violations.add(new Violation(file, which + ": its description ends with a full stop; it is a label"));
        }
    }

    static List<Violation> hasUniqueIds(Bundle bundle) {
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
            violations.add(new Violation(file, "a " + kind + " of " + ownerId + " has no id"));
            return;
        }
        if (!KEBAB.matcher(id).matches()) {
            violations.add(new Violation(file, "the id " + id + " must be lower-case words with hyphens"));
        }
        if (GENERATED.matcher(id).matches()) {
            violations.add(new Violation(file, "the id " + id + " looks generated; name the operation"));
        }
        if (!id.equals(ownerId) && !id.startsWith(ownerId + "-")) {
            violations.add(new Violation(file, "the id " + id + " must start with " + ownerId + "-"));
        }
        String other = seen.putIfAbsent(id, file.path());
        if (other != null) {
            violations.add(new Violation(file, "the id " + id + " is used twice, also in routes/" + other));
        }
    }

    /** Of a step's branches only those are boxes on the canvas that can fail or send by themselves. */
    private static boolean isBranch(String kind) {
        return Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback", "onWhen")
                .contains(kind);
    }
}
