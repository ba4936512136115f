package io.textonce.hotload;

import io.textonce.event.EventSchemas;
import io.textonce.event.LineError;
import io.textonce.message.Formats;
import io.textonce.message.Templates;
import io.textonce.message.TextLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Check of the fields that a template and the parameters of kamelets use against the schema that their event was validated by: of
 * a field that is not there the message would have a gap. It compares the files as they are now, so that both may change
 * in any order.
 */
final class TemplateFields {

    private static final Pattern TAG = Pattern.compile("\\{\\{\\{?\\s*([#^/&>!=]?)\\s*([^}\\s]*)([^}]*)}}");

    /** Field as in Camel's simple language, which a template has as its text. */
    private static final Pattern LITERAL = Pattern.compile("(?<!\\{)\\$?\\{\\s*(body\\.[\\w.]+)\\s*}(?!})");

    private static final Pattern SECTION =
            Pattern.compile("\\{\\{\\s*[#^]\\s*([^}\\s]+)\\s*}}.*?\\{\\{\\s*/\\s*\\1\\s*}}", Pattern.DOTALL);

    private static final Pattern COMMENT = Pattern.compile("\\{\\{!.*?}}", Pattern.DOTALL);
    private static final Pattern INDEX = Pattern.compile("\\.\\d+");

    /** Steps after which the body still is what the schema describes. */
    private static final Set<String> KEEP_THE_BODY = Set.of(
            "choice",
            "when",
            "otherwise",
            "filter",
            "log",
            "setVariable",
            "setVariables",
            "setHeader",
            "setHeaders",
            "setProperty",
            "removeHeader",
            "removeHeaders",
            "stop");

    private static final String APPOINTMENT = "appointment-time-action";

    private static final Set<String> KAMELETS_THAT_KEEP_IT =
            Set.of("event-check-action", APPOINTMENT, "e164-action", "sms-text-action", "sms-send-sink");

    /** Parameters by which kamelets name a template or a field. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "sms-text-action", "template", "sms-send-sink", "media", APPOINTMENT, "field", "e164-action", "field");

    private final ModelCamelContext camel;
    private final Templates templates;
    private final EventSchemas schemas;
    private final TemplateVariables variables;

    TemplateFields(ModelCamelContext camel, Templates templates, EventSchemas schemas, TemplateVariables variables) {
        this.camel = camel;
        this.templates = templates;
        this.schemas = schemas;
        this.variables = variables;
    }

    /** @throws LineError naming the template, its line and the field */
    void check(RouteDefinition route, RouteFile file) {
        var uses = uses(camel, route);
        uses.forEach(use -> {
            int line = file.lineOf(use.parameter(), use.value());
            check(use, route, "", line);
            requireText(use, uses, "", line);
        });
    }

    /**
     * Checks the routes that use a changed schema or template.
     *
     * @param file of the schema or template
     */
    void check(String file, String name) {
        for (RouteDefinition route : camel.getRouteDefinitions()) {
            var uses = uses(camel, route);
            uses.stream()
                    .filter(use -> file.startsWith("schemas/")
                            ? name.equals(use.schema())
                            : use.isTemplate() && name.equals(use.value()))
                    .forEach(use -> {
                        check(use, route, file, 0);
                        requireText(use, uses, file, 0);
                    });
        }
    }

    /** Rejects a template that is too long, or empty, unless the message has media: every event would be rejected. */
    private void requireText(Use use, List<Use> all, String changed, int line) {
        if (!use.isTemplate()) {
            return;
        }
        boolean hasMedia = all.stream().anyMatch(other -> other.parameter().equals("media"));
        templates.sources(use.value()).forEach((path, text) -> {
            String written = COMMENT.matcher(text).replaceAll("");
            String problem = written.isBlank() && !hasMedia
                    ? "the text is empty"
                    : leastLength(written) > TextLimits.LONGEST ? TextSteps.ALWAYS_TOO_LONG : null;
            if (problem != null) {
                throw path.equals(changed) ? new LineError(0, problem) : new LineError(line, path + ": " + problem);
            }
        });
    }

    /** Returns a length that each text has: without fields and sections, and without the line breaks that go with them. */
    private static int leastLength(String template) {
        if (template.contains("{{=")) {
            return 0;
        }
        String fixed = TAG.matcher(SECTION.matcher(template).replaceAll("")).replaceAll("");
        boolean isFixed = fixed.equals(template);
        return fixed.replaceAll("\\R", isFixed ? "\n" : "").strip().length();
    }

    /** @param line of a mistake that is not in the changed file */
    private void check(Use use, RouteDefinition route, String changed, int line) {
        if (use.isSchema()) {
            requireObject(use.schema(), changed, line);
            return;
        }
        var isField = schemas.fields(use.schema());
        if (!use.isTemplate()) {
            if (!isField.test(use.value())) {
                throw new LineError(
                        line,
                        use.parameter() + ": " + use.value() + " is not a field in schemas/" + use.schema()
                                + ".schema.json");
            }
            return;
        }
        boolean hasAppointment = DirectCalls.uris(route.getOutputs()).stream()
                .anyMatch(uri -> KameletCall.of(camel, uri).kamelet().equals(APPOINTMENT));
        templates.sources(use.value()).forEach((path, text) -> {
            var mistake = mistake(text, isField, " schemas/" + use.schema() + ".schema.json", hasAppointment);
            if (mistake != null) {
                throw path.equals(changed)
                        ? mistake
                        : new LineError(line, path + ", line " + mistake.line() + ": " + mistake.getMessage());
            }
        });
    }

    private void requireObject(String schema, String changed, int line) {
        String type = schemas.typeOfNoEvent(schema);
        if (type != null) {
            String reason = "the type of an event is object, not " + type;
            throw changed.isEmpty()
                    ? new LineError(line, "schemas/" + schema + ".schema.json: " + reason)
                    : new IllegalArgumentException(reason);
        }
    }

    private @Nullable LineError mistake(
            String template, Predicate<String> isField, String schema, boolean hasAppointment) {
        var literal = LITERAL.matcher(template);
        if (literal.find()) {
            return new LineError(
                    LineError.lineAt(template, literal.start()),
                    literal.group() + " is sent as it is; write {{" + literal.group(1) + "}} for a field in" + schema);
        }
        int depth = 0;
        for (var tag : TAG.matcher(template).results().toList()) {
            String kind = tag.group(1);
            String name = tag.group(2);
            int line = LineError.lineAt(template, tag.start());
            if (kind.equals("=")) {
                return null;
            }
            if (kind.equals("/")) {
                depth--;
                continue;
            }
            if (kind.isEmpty() || "#^&".contains(kind)) {
                if (!tag.group(3).isBlank()) {
                    return new LineError(
                            line,
                            tag.group() + " is always empty; write {{" + kind + name + "}} for a field in" + schema);
                }
                if (name.startsWith("body.")
                        && !isField.test(INDEX.matcher(name.substring(5)).replaceAll(""))) {
                    return new LineError(line, "{{" + name + "}} is not a field in" + schema);
                }
                if (depth == 0
                        && !name.matches("(body|variables)(\\..*)?|\\.")
                        && !(kind.equals("#") && Formats.NAMES.contains(name))) {
                    return new LineError(
                            line,
                            "{{" + name + "}} is always empty; write {{body." + name + "}} for a field in" + schema);
                }
                String problem = variables.problem(name, hasAppointment);
                if (problem != null) {
                    return new LineError(line, "{{" + name + "}} is always empty; " + problem);
                }
            }
            depth += kind.equals("#") || kind.equals("^") ? 1 : 0;
        }
        return null;
    }

    private static List<Use> uses(CamelContext camel, RouteDefinition route) {
        var uses = new ArrayList<Use>();
        collect(camel, route.getOutputs(), null, uses);
        return uses;
    }

    /** Returns the schema that describes the body behind the steps, or null. */
    private static @Nullable String collect(
            CamelContext camel, List<ProcessorDefinition<?>> steps, @Nullable String before, List<Use> uses) {
        String schema = before;
        for (var step : steps) {
            if (step instanceof ToDefinition to) {
                var call = KameletCall.of(camel, to.getUri());
                if (call.kamelet().equals("event-check-action")) {
                    schema = call.parameter(Use.SCHEMA);
                    uses.add(new Use(schema, Use.SCHEMA, schema));
                } else if (!KAMELETS_THAT_KEEP_IT.contains(call.kamelet())) {
                    schema = null;
                } else if (schema != null && PARAMETERS.containsKey(call.kamelet())) {
                    String parameter = PARAMETERS.get(call.kamelet());
                    String value = call.parameter(parameter);
                    if (value.isBlank() && call.kamelet().equals(APPOINTMENT)) {
                        value = "appointmentAt";
                    }
                    if (!value.isBlank()) {
                        uses.add(new Use(schema, parameter, value));
                    }
                }
            } else if (!KEEP_THE_BODY.contains(step.getShortName())) {
                schema = null;
            }
            schema = collect(camel, step.getOutputs(), schema, uses);
        }
        return schema;
    }

    /** Use of a schema by the check of events; or of its fields, by a template or a parameter that names a field. */
    private record Use(String schema, String parameter, String value) {

        private static final String SCHEMA = "schema";

        private boolean isSchema() {
            return parameter.equals(SCHEMA);
        }

        private boolean isTemplate() {
            return parameter.equals("template");
        }
    }
}
