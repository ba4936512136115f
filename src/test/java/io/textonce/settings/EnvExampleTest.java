package io.textonce.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The example says neither more nor less than the application reads. */
class EnvExampleTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::([^}]*))?}");
    private static final Pattern LINE = Pattern.compile("(#?)([A-Z][A-Z0-9_]*)=(.*)");

    /** Read by Spring Boot under names of its own, or with a name of the reader's choice in them. */
    private static final Set<String> OTHERS = Set.of(
            "SPRING_DATASOURCE_URL",
            "SPRING_DATASOURCE_USERNAME",
            "SPRING_DATASOURCE_PASSWORD",
            "SPRING_ARTEMIS_BROKER_URL",
            "SPRING_ARTEMIS_USER",
            "SPRING_ARTEMIS_PASSWORD",
            "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256",
            "TEXTONCE_CLIENTS_SHOP_EVENTS",
            "TEXTONCE_CLIENTS_SHOP_ROLE",
            "TEXTONCE_CLIENTS_SHOP_REQUESTS_PER_SECOND",
            "TEXTONCE_CLIENTS_SUPPORT_TOKEN_SHA256",
            "TEXTONCE_CLIENTS_SUPPORT_ROLE",
            "TEXTONCE_CLIENTS_SHOP_WEBHOOK_URL",
            "TEXTONCE_CLIENTS_SHOP_WEBHOOK_SECRET",
            "TEXTONCE_CLIENTS_SHOP_WEBHOOK_EVENTS",
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI",
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "SPRING_CONFIG_IMPORT",
            "SERVER_SSL_BUNDLE",
            "SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_CERTIFICATE",
            "SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_PRIVATE_KEY",
            "SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_VERIFYKEYS",
            "MANAGEMENT_SERVER_SSL_ENABLED",
            "MANAGEMENT_SERVER_SSL_BUNDLE",
            "TEXTONCE_CAPS_DAILY_LIMIT",
            "TEXTONCE_CAPS_DAILY_UNIT",
            "TEXTONCE_CONSENT_MAXAGE_ORDERUPDATES");

    @Test
    void explainsEveryVariableOfTheSettingsAndNoOther() throws IOException {
        var expected = new TreeSet<>(OTHERS);
        expected.addAll(placeholders().keySet());

        assertThat(example().keySet()).containsExactlyElementsOf(expected);
    }

    @Test
    void showsTheDefaultThatAVariableHas() throws IOException {
        var example = example();

        placeholders().forEach((variable, value) -> {
            if (!value.isEmpty()) {
                assertThat(example.get(variable)).as(variable).isEqualTo(value);
            }
        });
    }

    @Test
    void leavesOpenWhatMustBeSetAndNothingElse() throws IOException {
        var open = lines().stream()
                .map(LINE::matcher)
                .filter(line -> line.matches() && line.group(1).isEmpty())
                .map(line -> line.group(2).replace("SHOP", "<NAME>"))
                .toList();

        assertThat(open)
                .containsAll(SettingsCheckTest.problems(Map.of(), false).stream()
                        .map(problem -> problem.substring(0, problem.indexOf(' ')))
                        .toList())
                .doesNotContain("TWILIO_API_KEY");
    }

    @Test
    void holdsNoSecret() throws IOException {
        example().forEach((variable, value) -> {
            if (Pattern.compile("TOKEN|SECRET|PASSWORD|KEY|SID")
                    .matcher(variable)
                    .find()) {
                assertThat(value).as(variable).isEmpty();
            }
        });
    }

    @Test
    void putsAnExplanationAboveEachVariable() throws IOException {
        var lines = lines();

        for (int i = 0; i < lines.size(); i++) {
            if (LINE.matcher(lines.get(i)).matches()) {
                assertThat(lines.get(i - 1)).as("above " + lines.get(i)).startsWith("# ");
            }
        }
    }

    private static Map<String, String> placeholders() throws IOException {
        var found = new TreeMap<String, String>();
        var placeholder = PLACEHOLDER.matcher(Files.readString(Path.of("src/main/resources/application.yaml")));
        while (placeholder.find()) {
            found.put(placeholder.group(1), placeholder.group(2) == null ? "" : placeholder.group(2));
        }
        return found;
    }

    private static Map<String, String> example() throws IOException {
        var variables = new TreeMap<String, String>();
        lines().stream().map(LINE::matcher).forEach(line -> {
            if (line.matches()) {
                assertThat(variables.put(line.group(2), line.group(3)))
                        .as("%s is there once", line.group(2))
                        .isNull();
            }
        });
        return variables;
    }

    private static List<String> lines() throws IOException {
        return Files.readAllLines(Path.of(".env.example"));
    }
}
