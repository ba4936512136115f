package io.textonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/configuration.md lists every setting with the default of application.yaml and the description in the code. */
class SettingsTableTest {

    private static final Pattern FROM_ENVIRONMENT = Pattern.compile("\\$\\{([A-Z_]+):([^}]*)}");
    private static final Set<String> REQUIRED =
            Set.of("PUBLIC_BASE_URL", "TEXTONCE_HASH_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN");
    private static final Set<String> SECRET = Set.of(
            "TEXTONCE_HASH_KEY",
            "TEXTONCE_HASH_KEY_PREVIOUS",
            "TEXTONCE_JMS_PASSWORD",
            "TWILIO_AUTH_TOKEN",
            "TWILIO_SECONDARY_AUTH_TOKEN",
            "TWILIO_WEBHOOK_KEYS",
            "TWILIO_API_SECRET",
            "TWILIO_CLIENT_SECRET",
            "HTTPS_PROXY");

    @ParameterizedTest
    @EnumSource
    void listsEverySettingOfATier(Tier tier) throws IOException {
        var rows = settings().entrySet().stream()
                .filter(setting -> tier(setting) == tier)
                .map(this::row)
                .toList();

        new GeneratedTable(Path.of("docs/configuration.md"), tier.heading).hasRows(rows);
    }

    @Test
    void areAllReadByTheCode() throws IOException {
        assertThat(settings().keySet()).isSubsetOf(descriptions().keySet());
    }

    @Test
    void giveNoSecretAway() throws IOException {
        var defaults = settings().entrySet().stream()
                .filter(setting -> SECRET.contains(variable(setting)))
                .map(this::defaultOf)
                .toList();

        assertThat(defaults).hasSize(SECRET.size()).containsOnly("");
    }

    private Tier tier(Map.Entry<String, String> setting) {
        if (REQUIRED.contains(variable(setting))) {
            return Tier.REQUIRED;
        }
        return FROM_ENVIRONMENT.matcher(setting.getValue()).matches() ? Tier.USUAL : Tier.TUNING;
    }

    private String row(Map.Entry<String, String> setting) {
        String variable = variable(setting);
        String fallback = REQUIRED.contains(variable)
                ? "required"
                : defaultOf(setting).isEmpty() ? "none" : "`" + defaultOf(setting) + "`";
        try {
            return "| `" + setting.getKey() + "` | `" + variable + "` | " + fallback + " | "
                    + (SECRET.contains(variable) ? "**Secret.** " : "")
                    + descriptions().getOrDefault(setting.getKey(), "") + " |";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String variable(Map.Entry<String, String> setting) {
        Matcher named = FROM_ENVIRONMENT.matcher(setting.getValue());
        return named.matches()
                ? named.group(1)
                : setting.getKey().replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
    }

    private String defaultOf(Map.Entry<String, String> setting) {
        Matcher named = FROM_ENVIRONMENT.matcher(setting.getValue());
        return named.matches() ? named.group(2) : setting.getValue();
    }

    private static Map<String, String> settings() throws IOException {
        var tree = new YAMLMapper()
                .readTree(Path.of("src/main/resources/application.yaml").toFile());
        var settings = new LinkedHashMap<String, String>();
        flatten("textonce.", tree.get("textonce"), settings);
        return settings;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> settings) {
        node.properties().forEach(field -> {
            if (field.getValue().isObject()) {
                flatten(prefix + field.getKey() + ".", field.getValue(), settings);
            } else {
                settings.put(prefix + field.getKey(), field.getValue().asText());
            }
        });
    }

    private static Map<String, String> descriptions() throws IOException {
        List<JsonNode> properties = new ArrayList<>();
        new ObjectMapper()
                .readTree(Path.of("target/classes/META-INF/spring-configuration-metadata.json")
                        .toFile())
                .get("properties")
                .forEach(properties::add);
        return properties.stream()
                .collect(Collectors.toMap(
                        property -> property.get("name").asText(),
                        property -> property.path("description").asText()));
    }

    /** What an operator has to know first. A setting that application.yaml gives a variable of its own is a usual one. */
    enum Tier {
        REQUIRED("## Required"),
        USUAL("## Usual"),
        TUNING("## Tuning");

        private final String heading;

        Tier(String heading) {
            this.heading = heading;
        }
    }
}
