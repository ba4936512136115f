package io.textonce.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Settings whose value is a property function of Camel, such as {@code {{hashicorp:secret:textonce#token}}}: they are read
 * from the vault before the start, by the component whose jar is there.
 */
final class VaultSecrets implements EnvironmentPostProcessor, Ordered {

    private static final Pattern SETTING = Pattern.compile("(?i)(textonce|twilio|spring)[._].*");
    private static final Pattern FUNCTION = Pattern.compile("\\{\\{(?<name>[a-z0-9-]+):(?<secret>[^{}]+)}}");

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        var functions = new LinkedHashMap<String, String>();
        for (var source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> names) {
                for (String name : names.getPropertyNames()) {
                    String value = SETTING.matcher(name).matches() ? text(source.getProperty(name)) : null;
                    if (value != null && FUNCTION.matcher(value).matches()) {
                        functions.putIfAbsent(name, value);
                    }
                }
            }
        }
        if (!functions.isEmpty()) {
            OutboundConnections.install(environment);
            environment
                    .getPropertySources()
                    .addFirst(new SystemEnvironmentPropertySource("vault-systemEnvironment", read(functions)));
        }
    }

    /** Behind the files of settings and secrets. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    private static Map<String, Object> read(Map<String, String> functions) {
        var values = new LinkedHashMap<String, Object>();
        var faults = new ArrayList<String>();
        var camel = new DefaultCamelContext();
        functions.forEach((name, text) -> {
            try {
                String value = value(camel, text);
                if (value == null) {
                    faults.add(name + " names a vault whose component is not in the folder lib");
                } else {
                    values.put(name, value);
                }
            } catch (RuntimeException e) {
                faults.add(name + " can't be read from the vault: "
                        + root(e).getClass().getSimpleName());
            }
        });
        camel.stop();
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        return values;
    }

    private static @Nullable String value(CamelContext camel, String text) {
        var function = FUNCTION.matcher(text);
        if (!function.matches()) {
            throw new IllegalArgumentException(text);
        }
        // Without the component's jar, a placeholder would stand for the text behind its colon.
        var component = camel.getPropertiesComponent().getPropertiesFunction(function.group("name"));
        return component == null ? null : component.apply(function.group("secret"));
    }

    private static Throwable root(Throwable failure) {
        return failure.getCause() == null ? failure : root(failure.getCause());
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString().strip();
    }
}
