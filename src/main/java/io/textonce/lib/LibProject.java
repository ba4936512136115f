package io.textonce.lib;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Maven project of the folder {@code lib}: the components that were added, without what is in the jar. All are resolved
 * together, so that none gets a library in two versions.
 */
final class LibProject {

    static final String FILE = "pom.xml";

    /** Coordinates of what may be added: a component of Camel, or any library with its version. */
    private static final Pattern COMPONENT = Pattern.compile("camel-[a-z0-9-]+");

    private static final Pattern COORDINATES = Pattern.compile("[\\w.-]+:[\\w.-]+:[\\w.+-]+");

    private static final Pattern ADDED = Pattern.compile("<!-- ([\\w.-]+:[\\w.-]+:[\\w.+-]+) -->");

    private static final String PROJECT = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>lib</groupId>
              <artifactId>lib</artifactId>
              <version>1</version>
              <dependencyManagement>
                <dependencies>
                  %s
                  %s
                </dependencies>
              </dependencyManagement>
              <dependencies>
            %s
              </dependencies>
            </project>
            """;

    private static final String BOM =
            "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>"
                    + "<type>pom</type><scope>import</scope></dependency>";

    private static final String DEPENDENCY = """
                <!-- %s:%s:%s -->
                <dependency>
                  <groupId>%1$s</groupId>
                  <artifactId>%2$s</artifactId>
                  <version>%3$s</version>
                  <exclusions>
            %s
                  </exclusions>
                </dependency>""";

    private static final String EXCLUSION =
            "        <exclusion><groupId>%s</groupId><artifactId>%s</artifactId></exclusion>";

    private final Path file;
    private final List<Library> shipped;

    LibProject(Path folder, List<Library> shipped) {
        this.file = folder.resolve(FILE);
        this.shipped = shipped;
    }

    static boolean isValid(String name) {
        return COMPONENT.matcher(name).matches() || COORDINATES.matcher(name).matches();
    }

    /** Adds components to the project, and returns its file. */
    Path add(List<String> names) throws IOException {
        Set<String> all = new TreeSet<>();
        if (Files.exists(file)) {
            ADDED.matcher(Files.readString(file)).results().forEach(added -> all.add(added.group(1)));
        }
        for (String name : names) {
            all.add(
                    COMPONENT.matcher(name).matches()
                            ? "org.apache.camel:" + name + ":" + versionOf("camel-core-engine")
                            : name);
        }
        Files.createDirectories(file.getParent());
        return Files.writeString(
                file,
                PROJECT.formatted(
                        BOM.formatted("io.netty", "netty-bom", versionOf("netty-buffer")),
                        BOM.formatted("com.fasterxml.jackson", "jackson-bom", versionOf("jackson-databind")),
                        all.stream().map(this::dependency).collect(Collectors.joining("\n"))));
    }

    private String versionOf(String name) {
        return shipped.stream()
                .filter(library -> library.name().equals(name))
                .findFirst()
                .orElseThrow()
                .version();
    }

    /** Spring has the classes of commons-logging itself. */
    private String dependency(String coordinates) {
        String[] part = coordinates.split(":");
        String exclusions = Stream.concat(
                        Stream.of(EXCLUSION.formatted("commons-logging", "commons-logging")),
                        shipped.stream().map(library -> EXCLUSION.formatted(library.group(), library.name())))
                .distinct()
                .collect(Collectors.joining("\n"));
        return DEPENDENCY.formatted(part[0], part[1], part[2], exclusions);
    }
}
