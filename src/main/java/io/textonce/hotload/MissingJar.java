package io.textonce.hotload;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;

/** Name of the jar that a missing component, language or data format comes with. */
final class MissingJar {

    /** Follows the name of what is missing; {@link #fill} completes it. */
    static final String ADVICE =
            "put JAR and the jars it needs into the folder lib (java -jar textonce.jar add NAME), and start again";

    private static final Pattern MISSING = Pattern.compile("there is no (component|language|data format) (\\S+); ");

    private static final String VERSION =
            Objects.requireNonNullElse(CamelContext.class.getPackage().getImplementationVersion(), "VERSION");

    /** Names of which the jar has another. */
    private static final Map<String, String> JARS = Map.ofEntries(
            Map.entry("ftps", "ftp"),
            Map.entry("sftp", "ftp"),
            Map.entry("smtp", "mail"),
            Map.entry("smtps", "mail"),
            Map.entry("imap", "mail"),
            Map.entry("imaps", "mail"),
            Map.entry("pop3", "mail"),
            Map.entry("pop3s", "mail"),
            Map.entry("https", "http"),
            Map.entry("mqtt", "paho-mqtt5"),
            Map.entry("js", "javascript"),
            Map.entry("java", "joor"),
            Map.entry("hl7terser", "hl7"),
            Map.entry("xquery", "saxon"),
            Map.entry("xtokenize", "stax"),
            Map.entry("bindycsv", "bindy"),
            Map.entry("bindyfixed", "bindy"),
            Map.entry("bindykvp", "bindy"),
            Map.entry("avrojackson", "jackson-avro"),
            Map.entry("protobufjackson", "jackson-protobuf"),
            Map.entry("gzipdeflater", "zip-deflater"),
            Map.entry("fhirjson", "fhir"),
            Map.entry("fhirxml", "fhir"),
            Map.entry("pgp", "crypto"),
            Map.entry("yaml", "snakeyaml"));

    private MissingJar() {}

    static String fill(String reason) {
        var missing = MISSING.matcher(reason);
        if (!missing.find()) {
            return reason;
        }
        String name = missing.group(2);
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        String jar = "camel-" + JARS.getOrDefault(plain, name);
        return reason.replaceFirst("\\bJAR\\b", Matcher.quoteReplacement(jar + "-" + VERSION + ".jar"))
                .replaceFirst("\\bNAME\\b", Matcher.quoteReplacement(jar));
    }
}
