package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.beans.Introspector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/**
 * All that the rules look at.
 *
 * @param files the YAML files under {@code routes/} that Camel loads
 * @param resources the texts of schemas, templates and SQL files, by path under {@code routes/}
 * @param beans what Spring offers by name
 * @param settings the keys of application.yaml
 * @param tests names of the test classes of routes, the route files that they name, and the folders of cases
 */
public record Bundle(
        List<RouteFile> files,
        Map<String, String> resources,
        Map<String, Bean> beans,
        Set<String> settings,
        Set<String> tests) {

    private static final Path ROUTES = Path.of("routes");

    private static final Pattern ROUTE_FILE = Pattern.compile("routes/[a-z0-9/-]+\\.camel\\.yaml");

    /** The bundle of this repository. */
    public static Bundle read() {
        var texts = new TreeMap<String, String>();
        for (Path file : under(ROUTES)) {
            texts.put(ROUTES.relativize(file).toString().replace('\\', '/'), text(file));
        }
        return of(
                texts,
                beansOfTheApplication(),
                settings(Path.of("src", "main", "resources", "application.yaml")),
                tests(Path.of("src", "test", "java", "io", "textonce", "routes")));
    }

    /** A bundle of these files, by their paths under {@code routes/}. */
    static Bundle of(Map<String, String> texts, Map<String, Bean> beans, Set<String> settings, Set<String> tests) {
        var files = new ArrayList<RouteFile>();
        var resources = new TreeMap<String, String>();
        var tested = new HashSet<>(tests);
        texts.forEach((path, text) -> {
            if (path.endsWith(".camel.yaml") || path.endsWith(".kamelet.yaml")) {
                files.add(new RouteFile(path, text));
            } else if (path.startsWith("cases/")) {
                tested.add(path.substring(0, path.lastIndexOf('/')));
            } else if (path.contains("/")) {
                resources.put(path, text);
            }
        });
        files.sort(Comparator.comparing(RouteFile::path));
        return new Bundle(files, resources, beans, settings, tested);
    }

    List<JsonNode> routes() {
        return files.stream().flatMap(file -> file.routes().stream()).toList();
    }

    private static Map<String, Bean> beansOfTheApplication() {
        var beans = new HashMap<String, Bean>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.textonce")
                .forEach(type -> {
                    if (type.isAnnotatedWith(Component.class)) {
                        String name = type.getAnnotationOfType(Component.class).value();
                        beans.put(
                                name.isEmpty() ? Introspector.decapitalize(type.getSimpleName()) : name,
                                Bean.of(type, false));
                    }
                    type.getMethods().stream()
                            .filter(method -> method.isAnnotatedWith(org.springframework.context.annotation.Bean.class))
                            .forEach(method -> beans.put(
                                    name(method),
                                    Bean.of(
                                            method.getRawReturnType(),
                                            method.getRawReturnType().isEquivalentTo(Processor.class))));
                });
        return beans;
    }

    private static String name(JavaMethod method) {
        String[] names = method.getAnnotationOfType(org.springframework.context.annotation.Bean.class)
                .value();
        return names.length == 0 ? method.getName() : names[0];
    }

    private static Set<String> tests(Path folder) {
        var tests = new HashSet<String>();
        for (Path file : under(folder)) {
            tests.add(file.getFileName().toString().replace(".java", ""));
            ROUTE_FILE.matcher(text(file)).results().forEach(match -> tests.add(match.group()));
        }
        return tests;
    }

    private static Set<String> settings(Path file) {
        try {
            var keys = new HashSet<String>();
            flatten("", new YAMLMapper().readTree(file.toFile()), keys);
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flatten(String prefix, JsonNode node, Set<String> keys) {
        node.properties().forEach(field -> {
            String key = prefix + field.getKey();
            if (field.getValue().isObject()) {
                flatten(key + ".", field.getValue(), keys);
            } else {
                keys.add(key);
            }
        });
    }

    private static List<Path> under(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A bean that a route may name.
     *
     * @param onlyForRoutes whether nothing but a route can use it
     * @param methods the names of its own methods, one that is overloaded as often as it is; of a library's class none
     */
    record Bean(boolean onlyForRoutes, List<String> methods) {

        static Bean of(JavaClass type, boolean onlyForRoutes) {
            return new Bean(
                    onlyForRoutes,
                    type.getMethods().stream()
                            .filter(method -> !method.getName().contains("$"))
                            .map(JavaMethod::getName)
                            .toList());
        }
    }
}
