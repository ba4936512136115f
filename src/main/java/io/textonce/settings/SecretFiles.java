package io.textonce.settings;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.boot.env.ConfigTreePropertySource.Option;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Folders of secrets, a file each. Spring Boot's config trees take the name of a setting alone; here a file may also be
 * named after any environment variable, as the keys of a Kubernetes Secret are that serves both.
 */
final class SecretFiles implements EnvironmentPostProcessor, Ordered {

    private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]*");

    /** Spring Boot reads a source as environment variables if its name ends so. */
    private static final String SUFFIX = "-systemEnvironment";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        read(environment.getPropertySources());
    }

    /** Behind the files of settings, which name the folders. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    /**
     * Reads all folders, also again.
     *
     * @return the values by file
     * @throws IllegalArgumentException if a folder is not there
     */
    static Map<String, String> read(MutablePropertySources sources) {
        var values = new LinkedHashMap<String, String>();
        for (var source : sources.stream().toList()) {
            if (source instanceof ConfigTreePropertySource tree) {
                var fresh = new ConfigTreePropertySource(
                        tree.getName(), tree.getSource(), Option.AUTO_TRIM_TRAILING_NEW_LINE);
                var variables = new LinkedHashMap<String, Object>();
                for (String name : fresh.getPropertyNames()) {
                    String value = String.valueOf(fresh.getProperty(name));
                    values.put(name, value);
                    if (VARIABLE.matcher(name).matches()) {
                        variables.put(name, value);
                    }
                }
                sources.replace(tree.getName(), fresh);
                sources.remove(tree.getName() + SUFFIX);
                sources.addBefore(
                        tree.getName(), new SystemEnvironmentPropertySource(tree.getName() + SUFFIX, variables));
            }
        }
        return values;
    }

    /** Returns what hides a file, by its name: a variable of the environment or an option of the same setting. */
    static Map<String, String> hidden(MutablePropertySources sources) {
        var before = new HashMap<String, String>();
        var hidden = new TreeMap<String, String>();
        for (var source : sources) {
            if (source instanceof ConfigTreePropertySource tree) {
                for (String file : tree.getPropertyNames()) {
                    var by = before.get(UnknownSettings.bare(file));
                    if (by != null) {
                        hidden.put(file, by);
                    }
                }
            } else if (source instanceof EnumerablePropertySource<?> names
                    && !source.getName().endsWith(SUFFIX)) {
                String kind = source instanceof SystemEnvironmentPropertySource ? "environment variable " : "property ";
                for (String name : names.getPropertyNames()) {
                    before.putIfAbsent(UnknownSettings.bare(name), kind + name);
                }
            }
        }
        return hidden;
    }
}
