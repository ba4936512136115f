package io.textonce.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.NewEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule finds what it is for: a small good bundle breaks none, and one change to it breaks the rule. */
class RulesTest {

    private static final String ROUTE = """
            # What it is for.
            - route:
                id: order-check
                description: Check an order
                group: order
                routeConfigurationId: to-caller
                from:
                  id: order-check-from
                  uri: direct
                  parameters:
                    name: order-check
                  steps:
                    - idempotentConsumer:
                        id: order-check-once
                        description: Skip what was seen
                        idempotentRepository: "#seen"
                        expression:
                          simple:
                            expression: ${variable.id}
                        steps:
                          - to:
                              id: order-check-store
                              description: Store it
                              uri: sql:{{textonce.home}}/sql/order-check.sql
                    - bean:
                        id: order-check-look
                        description: Check it
                        ref: seen
                        method: check
                    - to:
                        id: order-check-send
                        description: Send it
                        uri: kamelet:note-sink
                        parameters:
                          text: Hello
            """;

    private static final String POLICIES = """
            # What follows a failure.
            - routeConfiguration:
                id: to-caller
                description: Leave a failure to the caller
                errorHandler:
                  noErrorHandler:
                    id: to-caller-error-handler
            """;

    private static final String KAMELET = """
            apiVersion: camel.apache.org/v1
            kind: Kamelet
            metadata:
              name: note-sink
              annotations:
                camel.apache.org/catalog.version: 4.17.0
                camel.apache.org/kamelet.icon: data:image/svg+xml;base64,PHN2Zy8+
                camel.apache.org/kamelet.group: Notes
                camel.apache.org/kamelet.namespace: Notes
                camel.apache.org/kamelet.support.level: Stable
                camel.apache.org/provider: Notes
              labels:
                camel.apache.org/kamelet.type: sink
            spec:
              definition:
                title: Note Sink
                description: Keeps a note.
                type: object
                required:
                  - text
                properties:
                  text:
                    title: Text
                    description: What to keep.
                    type: string
                  loud:
                    title: Loud
                    description: How loud it is.
                    type: string
                    enum:
                      - loud
                      - quiet
                    default: quiet
              dependencies:
                - camel:kamelet
              template:
                from:
                  uri: kamelet:source
                  steps:
                    - process:
                        ref: keeper
                    - setBody:
                        expression:
                          constant:
                            expression: "{{text}} {{loud}}"
            """;

    private static final Bundle.Bean SEEN = new Bundle.Bean(false, List.of("check", "add", "add"));
    private static final Bundle.Bean KEEPER = new Bundle.Bean(true, List.of("process"));

    private static final Map<String, Function<Bundle, List<Violation>>> RULES = Rules.all();

    @Test
    void findsNothingInAGoodBundle() {
        var bundle = bundle(files(), Set.of("OrderCheckTest"));

        assertThat(RULES.values())
                .allSatisfy(rule -> assertThat(rule.apply(bundle)).isEmpty());
    }

    @Test
    void toleratesTheExpressionThatAVisualEditorUnwraps() {
        var files = files();
        files.computeIfPresent("order-check.camel.yaml", (path, text) -> text.replace("""
                            expression:
                              simple:
                                expression: ${variable.id}
                """.indent(0), """
                            simple:
                              expression: ${variable.id}
                """.indent(0)));

        var violations = RouteRules.isCanonical(bundle(files, Set.of()));

        assertThat(files.get("order-check.camel.yaml")).isNotEqualTo(ROUTE);
        assertThat(violations).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void findsWhatARuleIsFor(String rule, String file, String good, String bad, String words) {
        var files = files();
        files.computeIfPresent(file, (path, text) -> text.replace(good, bad));
        var bundle = bundle(files, Set.of("OrderCheckTest"));

        var violations = RULES.get(rule).apply(bundle);

        assertThat(violations).extracting(Violation::file).contains(file);
        assertThat(violations).extracting(Violation::words).anyMatch(found -> found.contains(words));
    }

    static Stream<Arguments> badFiles() {
        return Stream.of(
                route("valid", "idempotentRepository:", "repository:", "repository"),
                route(
                        "valid",
                        "        name: order-check\n      steps",
                        "        name: order-check\n      step",
                        "step"),
                route(
                        "canonical",
                        "              simple:\n                expression: ${variable.id}",
                        "              simple: ${variable.id}",
                        "string found"),
                route("named", "id: order-check\n", "id: order-test\n", "order-test"),
                route("described", "description: Store it", "note: Store it", "has no description"),
                route("described", "Check an order", "Check an order.", "full stop"),
                route(
                        "described",
                        "Check an order",
                        "Check an order of somebody who has ordered something, somewhere",
                        "longer than 60"),
                route("described", "    group: order\n", "", "no group"),
                route("described", "    routeConfigurationId: to-caller\n", "", "no routeConfigurationId"),
                route("described", "to-caller", "to-nobody", "to-nobody"),
                route("ids", "order-check-store", "order-check-Store", "lower-case"),
                route("ids", "order-check-store", "order-check-2098", "generated"),
                route("ids", "order-check-store", "store", "must start with"),
                route("ids", "order-check-store", "order-check-once", "twice"),
                route("ids", "                  id: order-check-store\n", "", "has no id"),
                route("uris", "order-check.sql", "order-check.sql?noop=true", "?"),
                route("paths", "uri: direct\n", "uri: platform-http:/twilio/check\n", "twilio-webhook-source"),
                route("direct", "uri: kamelet:note-sink", "uri: direct:nobody", "no route reads direct nobody"),
                route("direct", "        name: order-check\n", "        name: order\n", "must be its id"),
                route("secrets", "text: Hello", "authToken: hunter2", "authToken"),
                route("secrets", "text: Hello", "text: AC0123456789abcdef0123456789abcdef", "secret"),
                route(
                        "secrets",
                        "- to:\n            id: order-check-send",
                        "- log:\n            message: ${body}\n            id: order-check-send",
                        "body"),
                route(
                        "secrets",
                        "- to:\n                  id: order-check-store",
                        "- toD:\n                  id: order-check-store",
                        "toD"),
                route(
                        "failures",
                        "    from:\n",
                        "    errorHandler:\n      noErrorHandler: {}\n    from:\n",
                        "errorHandler"),
                route("references", "#seen", "#unseen", "no bean unseen"),
                route("references", "/sql/order-check.sql", "/sql/order.sql", "no file routes/sql/order.sql"),
                route("references", "note-sink", "letter-sink", "no kamelet letter-sink"),
                route("references", "text: Hello", "txt: Hello", "no parameter txt"),
                route("references", "text: Hello", "txt: Hello", "needs the parameter text"),
                route("methods", "method: check", "method: chec", "no method seen.chec"),
                route("methods", "method: check", "method: add", "seen.add is overloaded"),
                route("settings", "textonce.home", "textonce.house", "textonce.house"),
                route("editor", "    group: order\n", "    group: order\n\n", "is blank"),
                route("editor", "    group: order\n", "    # Orders.\n    group: order\n", "comment below the head"),
                route("editor", "group: order\n", "group: order # of things\n", "comment below the head"),
                route("editor", "group: order", "group: " + "order ".repeat(14) + "end", "past column 80"),
                route("editor", "# What it is for.\n", "", "no head comment"),
                kamelet("kamelet type", "name: note-sink", "name: letter-sink", "not note-sink"),
                kamelet("kamelet type", "kamelet.type: sink", "kamelet.type: drain", "must be source, sink or action"),
                kamelet("kamelet type", "kamelet:source", "kamelet:sink", "needs the endpoint"),
                kamelet("kamelet properties", "{{text}} ", "nothing", "text is not used"),
                kamelet("kamelet properties", "      - text", "      - words", "required property words"),
                kamelet("kamelet words", "        title: Text\n", "", "no title"),
                kamelet("kamelet words", "title: Text", "title: Note Sink", "the title of another"),
                kamelet("kamelet words", "What to keep.", "What to keep", "full stop"),
                kamelet("kamelet words", "      text:\n", "      apiKey:\n", "format: password"),
                Arguments.of(
                        "writes",
                        "sql/order-check.sql",
                        "SELECT 1",
                        "UPDATE textonce.deliveries SET due_at = now()",
                        "only the package delivery writes this table"),
                kamelet("kamelet metadata", "    camel.apache.org/kamelet.group: Notes\n", "", "kamelet.group"),
                kamelet("kamelet metadata", "image/svg+xml", "image/png", "kamelet.icon"),
                kamelet("kamelet metadata", "    - camel:kamelet\n", "", "dependencies"),
                kamelet("kamelet values", "default: quiet", "default: silent", "silent is not one of its values"),
                kamelet("kamelet values", "What to keep.", "Either note or letter.", "needs an enum"),
                kamelet("settings", "{{text}} ", "{{words}} ", "words"),
                Arguments.of("ids", "policies.camel.yaml", "to-caller\n", "order-check\n", "twice"));
    }

    @Test
    void findsWhatNoRouteUses() {
        var files = files();
        files.put("templates/letter.mustache", "Dear");
        var beans = Map.of("seen", SEEN, "keeper", KEEPER, "loser", KEEPER);

        var violations =
                ReferenceRules.refersToWhatExistsAndLeavesNothingUnused(Bundle.of(files, beans, Set.of(), Set.of()));

        assertThat(violations)
                .extracting(Violation::toString)
                .containsExactlyInAnyOrder(
                        "routes/templates/letter.mustache: no route uses it",
                        "routes/*: no route uses the processor loser");
    }

    @Test
    void findsARouteThatNobodyTests() {
        var violations = RouteRules.isTested(bundle(files(), Set.of("OrderTest")));

        assertThat(violations)
                .singleElement()
                .extracting(Violation::words)
                .asString()
                .contains("OrderCheckTest.java");
    }

    @Test
    void findsARouteAmongThePolicies() {
        var files = files();
        files.put("policies.camel.yaml", files.remove("order-check.camel.yaml"));

        var violations = NamingRules.isNamedAfterItsRoutes(bundle(files, Set.of()));

        assertThat(violations).extracting(Violation::file).containsExactly("policies.camel.yaml");
    }

    @Test
    void findsWhatASaveOfKaotoWouldMove(@TempDir Path folder) throws IOException {
        NewEvent.create("table-ready", folder);
        String event = Files.readString(folder.resolve("events/table-ready.camel.yaml"));
        String moved = event.replaceFirst("( +uri: direct\\n)((?s).*?)(?= +steps)", "$2$1");

        assertThat(order("events/table-ready.camel.yaml", event)).isEmpty();
        assertThat(order("table-ready.camel.yaml", moved)).isEmpty();
        assertThat(order("examples/table-ready.camel.yaml", moved))
                .extracting(Violation::words)
                .containsExactly(
                        "id, parameters, uri, steps: Kaoto saves them in the order id, uri, parameters, steps");
        assertThat(order("examples/bells.camel.yaml", "- beans: []\n- route:\n    id: bells\n"))
                .extracting(Violation::words)
                .containsExactly("beans, route: Kaoto saves them in the order route, beans");
    }

    private static List<Violation> order(String path, String text) {
        return EditorRules.keepsTheOrderOfKaoto(bundle(Map.of(path, text), Set.of()));
    }

    private static Arguments route(String rule, String good, String bad, String words) {
        return Arguments.of(rule, "order-check.camel.yaml", good, bad, words);
    }

    private static Arguments kamelet(String rule, String good, String bad, String words) {
        return Arguments.of(rule, "kamelets/note-sink.kamelet.yaml", good, bad, words);
    }

    private static Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        files.put("order-check.camel.yaml", ROUTE);
        files.put("policies.camel.yaml", POLICIES);
        files.put("kamelets/note-sink.kamelet.yaml", KAMELET);
        files.put("sql/order-check.sql", "SELECT 1");
        return files;
    }

    private static Bundle bundle(Map<String, String> files, Set<String> tests) {
        return Bundle.of(files, Map.of("seen", SEEN, "keeper", KEEPER), Set.of("textonce.home"), tests);
    }
}
