package io.textonce.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** docker-compose.yml says nothing wrong of other files, gives nothing away and leaves no door open. */
class ComposeTest {

    /** The elements that the file uses of those that the Compose specification has: a misspelt one is none of them. */
    private static final Set<String> ELEMENTS = Set.of(
            "build",
            "cap_drop",
            "command",
            "depends_on",
            "deploy",
            "env_file",
            "environment",
            "healthcheck",
            "image",
            "networks",
            "ports",
            "profiles",
            "read_only",
            "restart",
            "secrets",
            "security_opt",
            "shm_size",
            "stop_grace_period",
            "tmpfs",
            "user",
            "volumes");

    private static final Set<String> HEALTHCHECK = Set.of("test", "interval", "timeout", "start_period", "retries");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z_]+)(:\\?[^}]+)?}");

    private final JsonNode compose = new ObjectMapper().valueToTree(new Yaml().load(read("docker-compose.yml")));
    private final JsonNode services = compose.get("services");

    @Test
    void startsWhatIsAskedForAndTheRestByAProfile() {
        assertThat(services.fieldNames())
                .toIterable()
                .containsExactly("textonce", "postgres", "artemis", "prometheus", "grafana");
        eachService((name, service) -> assertThat(service.has("profiles"))
                .as(name)
                .isEqualTo(Set.of("prometheus", "grafana").contains(name)));
        assertThat(services.findValues("profiles"))
                .allSatisfy(profiles -> assertThat(texts(profiles)).containsExactly("observability"));
    }

    @Test
    void hasNoMisspeltElement() {
        assertThat(names(compose)).isSubsetOf("x-hardened", "services", "networks", "secrets", "volumes");
        eachService((name, service) -> {
            assertThat(names(service)).as(name).isSubsetOf(ELEMENTS);
            assertThat(names(service.path("healthcheck"))).as(name).isSubsetOf(HEALTHCHECK);
            assertThat(names(service.at("/deploy/resources/limits")))
                    .as(name)
                    .containsExactlyInAnyOrder("cpus", "memory", "pids");
        });
    }

    /** The health of TextOnce itself is asked as its image says. */
    @Test
    void startsEachWhenThoseAreHealthyThatItNeeds() throws IOException {
        eachService((name, service) -> assertThat(service.has("healthcheck") || service.has("build"))
                .as(name)
                .isTrue());
        assertThat(read("Dockerfile")).contains("\nHEALTHCHECK ");
        assertThat(names(services.at("/textonce/depends_on"))).containsExactly("artemis", "postgres");
        assertThat(names(services.at("/prometheus/depends_on"))).containsExactly("textonce");
        assertThat(names(services.at("/grafana/depends_on"))).containsExactly("prometheus");
        assertThat(services.findValuesAsText("condition")).hasSize(4).containsOnly("service_healthy");
    }

    @Test
    void runsNothingAsRootAndWritesNothingButData() throws IOException {
        eachService((name, service) -> {
            assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
            assertThat(texts(service.get("cap_drop"))).as(name).containsExactly("ALL");
            assertThat(texts(service.get("security_opt"))).as(name).containsExactly("no-new-privileges:true");
            assertThat(service.has("user") ? service.get("user").asText() : "10001")
                    .as(name)
                    .matches("[1-9]\\d*(:\\d+)?");
        });
        assertThat(read("Dockerfile").lines().filter(line -> line.startsWith("USER")))
                .as("TextOnce and its sandbox")
                .containsExactly("USER 10001", "USER 10001");
    }

    /** A copy between stages keeps the owner, and the training runs as the user of the image. */
    @Test
    void leavesTheCacheOfTheTrainingToRoot() {
        assertThat(read("Dockerfile").lines().filter(line -> line.matches("COPY --from=(small-)?training .*")))
                .hasSize(2)
                .allSatisfy(copy -> assertThat(copy).contains(" --chown=0:0 "));
    }

    @Test
    void namesTheVersionOfEachImage() throws IOException {
        var images = new ArrayList<>(services.findValuesAsText("image"));
        read("Dockerfile")
                .lines()
                .filter(line -> line.startsWith("FROM ") && line.contains(":"))
                .forEach(line -> images.add(line.split(" ")[1]));

        assertThat(images).hasSize(7).allSatisfy(image -> assertThat(image).matches("[a-z/-]+:v?\\d+[.a-z0-9-]*"));
    }

    @Test
    void holdsNoSecret() {
        eachService((name, service) -> service.path("environment").properties().forEach(variable -> {
            if (variable.getKey().endsWith("__FILE")) {
                assertThat(variable.getValue().asText()).as(variable.getKey()).startsWith("/run/secrets/");
            } else if (Settings.isSecret(variable.getKey()) || variable.getKey().endsWith("USER")) {
                assertThat(variable.getValue().asText()).as(variable.getKey()).matches(PLACEHOLDER);
            }
        }));
        assertThat(compose.at("/services/textonce/env_file").asText()).isEqualTo(".env");
        assertThat(compose.get("secrets"))
                .isNotEmpty()
                .allSatisfy(secret -> assertThat(secret.get("file").asText()).startsWith("./secrets/"));
        assertThat(read(".gitignore").lines()).contains(".env", "secrets.env", "/my-routes/", "/secrets/");
        assertThat(read(".dockerignore").lines()).contains(".env", "**/secrets.env", "secrets");
    }

    @Test
    void setsAndAsksForOnlyWhatIsASetting() {
        assertThat(names(services.at("/textonce/environment"))).isNotEmpty().allMatch(Settings::knows, "is a setting");
        assertThat(PLACEHOLDER.matcher(read("docker-compose.yml")).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allMatch(Settings::knows, "is in .env.example");
    }

    @Test
    void publishesThePortsThatAreListenedTo() {
        assertThat(texts(services.at("/textonce/ports"))).containsExactly("3000:3000", "127.0.0.1:9090:9090");
        assertThat(services.at("/textonce/environment/PORT").asText()).isEqualTo("3000");
        assertThat(services.at("/textonce/environment/MANAGEMENT_SERVER_PORT").asText())
                .isEqualTo("9090");
        assertThat(services.at("/textonce/environment/SPRING_ARTEMIS_BROKER_URL")
                        .asText())
                .isEqualTo("tcp://artemis:61616");
        assertThat(read("docker/broker.xml")).contains("tcp://0.0.0.0:61616");
        assertThat(read("Dockerfile")).contains("\nEXPOSE 3000 9090\n", "${MANAGEMENT_SERVER_PORT:-9090}");
        eachService((name, service) -> {
            if (!name.equals("textonce")) {
                assertThat(texts(service.path("ports"))).as(name).allMatch(port -> port.startsWith("127.0.0.1:"));
            }
        });
    }

    @Test
    void mountsOnlyWhatExists() {
        var volumes = names(compose.get("volumes"));
        var used = new TreeSet<String>();
        eachService((name, service) -> texts(service.path("volumes")).forEach(mount -> {
            String source = mount.substring(0, mount.indexOf(':'));
            if (source.startsWith("./")) {
                // The user's own folder is created by compose.
                assertThat(Path.of(source)).as(name).matches(path -> Files.exists(path) || path.endsWith("my-routes"));
                assertThat(mount).as(name).endsWith(":ro");
            } else {
                used.add(source);
            }
        }));

        assertThat(volumes).containsExactlyElementsOf(used);
    }

    /** The Compose CLI itself, where a machine has it, with the file that users copy to .env. */
    @Test
    void isTakenByDockerCompose(@TempDir Path project) throws Exception {
        var version = new ProcessBuilder("docker", "compose", "version");
        assumeTrue(succeeds(version), "Docker Compose is not on this machine");
        Files.copy(Path.of(".env.example"), project.resolve(".env"));

        var config = new ProcessBuilder(
                "docker",
                "compose",
                "--file=docker-compose.yml",
                "--project-directory=" + project,
                "--profile=observability",
                "config",
                "--quiet");
        config.environment()
                .putAll(Map.of(
                        "SPRING_DATASOURCE_USERNAME", "u",
                        "SPRING_DATASOURCE_PASSWORD", "p",
                        "SPRING_ARTEMIS_USER", "u",
                        "SPRING_ARTEMIS_PASSWORD", "p"));

        assertThat(succeeds(config)).isTrue();
    }

    private static boolean succeeds(ProcessBuilder command) throws InterruptedException {
        try {
            return command.redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void eachService(BiConsumer<String, JsonNode> check) {
        services.properties().forEach(service -> check.accept(service.getKey(), service.getValue()));
    }

    private static Set<String> names(JsonNode node) {
        var names = new TreeSet<String>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
