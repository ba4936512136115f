package io.textonce.hotload;

import io.textonce.event.EventSchemas;
import io.textonce.message.Senders;
import io.textonce.message.Templates;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Schemas, templates and senders of the user's folder, reloaded into those that events and messages are made with. */
final class UserResources {

    private static final Pattern PROSE = Pattern.compile("(?m)^[ -]*(event|description|note|group):.*");

    private final Templates templates;
    private final EventSchemas schemas;
    private final TemplateFields fields;
    private final Senders senders;

    UserResources(Templates templates, EventSchemas schemas, TemplateFields fields, Senders senders) {
        this.templates = templates;
        this.schemas = schemas;
        this.fields = fields;
        this.senders = senders;
    }

    boolean holds(String file) {
        return isSchema(file) || file.startsWith("templates/") || file.equals(Senders.FILE);
    }

    /** Returns whether a version of the file, shipped or the user's, stays in use if the new one is wrong. */
    boolean has(String file) {
        if (file.equals(Senders.FILE)) {
            return senders.isGood();
        }
        return isSchema(file) ? schemas.has(uri(file)) : templates.has(template(file));
    }

    /** @param isUsed whether a route names an event or a template, so that it must not be missing */
    void reload(String file, Predicate<String> isUsed) throws Exception {
        if (file.equals(Senders.FILE)) {
            senders.reload();
        } else if (isSchema(file)) {
            String name = nameOf(file).substring(0, nameOf(file).indexOf('.'));
            fields.check(file, name);
            schemas.reload(uri(file), isUsed.test(name));
        } else {
            fields.check(file, template(file));
            templates.reload(template(file), file, isUsed.test(template(file)));
        }
    }

    /** Returns whether routes name a schema or a template, other than as the name of their event. */
    static boolean isNamed(String name, String routes) {
        return RoutesFolder.word(name)
                .matcher(PROSE.matcher(routes).replaceAll(""))
                .find();
    }

    /** The location by which routes refer to a file. */
    static String uri(String file) {
        return BundleFiles.SCHEME + ":" + file;
    }

    private static boolean isSchema(String file) {
        return file.startsWith("schemas/") && file.endsWith(".json");
    }

    private static String template(String file) {
        return Templates.nameOf(nameOf(file));
    }

    private static String nameOf(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }
}
