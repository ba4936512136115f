package io.textonce.deploy;

import static io.textonce.deploy.Manifests.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.convert.DurationStyle;

/** The manifests have only fields that Kubernetes has, and agree with each other and with TextOnce. */
class KubernetesTest {

    private static final Path ROOT = Path.of("ops/kubernetes");

    private static final Set<String> KUSTOMIZATION = Set.of(
            "apiVersion",
            "kind",
            "labels",
            "configMapGenerator",
            "resources",
            "components",
            "patches",
            "images",
            "namespace");

    private final Deployment deployment = read("base/deployment.yaml", Deployment.class);
    private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    private final Container container = pod.getContainers().get(0);
    private final Map<String, String> settings = settings("base");

    static Stream<Path> manifests() throws IOException {
        try (var files = Files.walk(ROOT)) {
            return files
                    .filter(file -> file.toString().endsWith(".yaml") && !file.endsWith("kustomization.yaml"))
                    .toList()
                    .stream();
        }
    }

    static Stream<Path> kustomizations() throws IOException {
        try (var files = Files.walk(ROOT)) {
            return files.filter(file -> file.endsWith("kustomization.yaml")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void hasOnlyFieldsThatKubernetesHas(Path manifest) throws IOException {
        assertThat(Manifests.model(STRICT.readTree(manifest.toFile()))).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("kustomizations")
    void takesEveryFileThatLiesBesideItAndNoOther(Path kustomization) throws IOException {
        var tree = STRICT.readTree(kustomization.toFile());
        var taken = new TreeSet<String>();
        for (String list : List.of("resources", "components", "patches")) {
            tree.path(list).forEach(entry -> taken.add(entry.path("path").asText(entry.asText())));
        }
        tree.findValues("envs").forEach(files -> files.forEach(file -> taken.add(file.asText())));

        assertThat(tree.fieldNames()).toIterable().isSubsetOf(KUSTOMIZATION);
        assertThat(taken)
                .allSatisfy(
                        entry -> assertThat(kustomization.resolveSibling(entry)).exists());
        try (var files = Files.list(kustomization.getParent())) {
            assertThat(taken)
                    .containsAll(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.matches(".*\\.(yaml|env)") && !name.equals("kustomization.yaml"))
                            .toList());
        }
    }

    @Test
    void runsThreeThatAreReplacedOneByOneWithoutAGap() {
        var strategy = deployment.getSpec().getStrategy().getRollingUpdate();
        var budget = read("base/poddisruptionbudget.yaml", PodDisruptionBudget.class);

        assertThat(deployment.getSpec().getReplicas()).isEqualTo(3);
        assertThat(strategy.getMaxUnavailable().getIntVal()).isZero();
        assertThat(strategy.getMaxSurge().getIntVal()).isEqualTo(1);
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(pod.getTopologySpreadConstraints()).hasSize(2);
    }

    /** Camel's time and Spring Boot's are in application.yaml; a stop under load was measured to take less than 30 s. */
    @Test
    void leavesTimeForAGracefulStop() {
        long waits = container.getLifecycle().getPreStop().getSleep().getSeconds();

        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(waits + 30);
    }

    /** Otherwise each start during an outage of the database is ended, with ever longer pauses before the next one. */
    @Test
    void leavesAStartTheTimeThatItWaitsForTheDatabase() throws IOException {
        var flyway = STRICT.readTree(
                        Path.of("src/main/resources/application.yaml").toFile())
                .at("/spring/flyway");
        long seconds = flyway.get("connect-retries").asInt()
                * DurationStyle.detectAndParse(
                                flyway.get("connect-retries-interval").asText())
                        .toSeconds();
        var probe = container.getStartupProbe();

        assertThat(probe.getPeriodSeconds() * probe.getFailureThreshold()).isGreaterThan((int) seconds);
    }

    @Test
    void asksTheManagementPortForStartLifeAndReadiness() {
        assertThat(Stream.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
                        .map(Probe::getHttpGet)
                        .map(HTTPGetAction::getPort)
                        .map(port -> port.getStrVal()))
                .containsOnly("management");
        assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/readiness");
    }

    @Test
    void namesThePortsThatTheSettingsSay() {
        var ports = new ArrayList<String>();
        container.getPorts().forEach(port -> ports.add(port.getName() + " " + port.getContainerPort()));
        var service = read("base/service.yaml", Service.class).getSpec().getPorts();

        assertThat(ports)
                .containsExactly(
                        "http " + settings.get("PORT"), "management " + settings.get("MANAGEMENT_SERVER_PORT"));
        assertThat(service).hasSize(1);
        assertThat(service.get(0).getTargetPort().getStrVal()).isEqualTo("http");
    }

    /** What is not mounted is not deployed, and nothing reports it. */
    @Test
    void mountsEachFolderOfUserRoutesAndTheFilesBesideThem() throws IOException {
        var named = Files.readString(Path.of("docs/integrating.md"))
                .replace('\n', ' ')
                .replaceFirst(
                        ".*A folder of your own has the same subfolders, as far as you need them: ([^.]*)[.].*", "$1")
                .split("[`/, ]+");
        var folders = Stream.of(named)
                .filter(name -> !name.isEmpty() && !name.equals("cases"))
                .toList();
        var routes = read("components/routes/deployment.yaml", Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        var expected = new ArrayList<>(List.of("/textonce/my-routes textonce-routes"));
        folders.forEach(name -> expected.add("/textonce/my-routes/" + name + " textonce-" + name));

        assertThat(folders).contains("events", "sql");
        assertThat(routes.getContainers().get(0).getVolumeMounts())
                .extracting(mount -> mount.getMountPath() + " "
                        + routes.getVolumes().stream()
                                .filter(volume -> volume.getName().equals(mount.getName()))
                                .map(volume -> volume.getConfigMap().getName())
                                .collect(Collectors.joining()))
                .containsExactlyInAnyOrderElementsOf(expected);
        var loop = Pattern.compile("for folder in ([a-z ]+);").matcher(Files.readString(Path.of("docs/operations.md")));
        assertThat(loop.find()).isTrue();
        assertThat(loop.group(1).split(" ")).containsExactlyInAnyOrderElementsOf(folders);
    }

    @Test
    void givesTheProcessNothingThatItDoesNotNeed() {
        var user = pod.getSecurityContext();
        var rights = container.getSecurityContext();

        assertThat(user.getRunAsNonRoot()).isTrue();
        assertThat(user.getRunAsUser()).isEqualTo(10001);
        assertThat(user.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
        assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
        assertThat(rights.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(container.getResources().getLimits()).containsKey("memory");
        assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
    }

    @Test
    void setsOnlyWhatIsASettingAndNoSecret() {
        var set = Stream.of("base", "components/inbox", "components/routes", "overlays/example")
                .flatMap(folder -> settings(folder).keySet().stream())
                .collect(Collectors.toSet());

        assertThat(set).hasSizeGreaterThan(8).allMatch(Settings::knows, "is a setting");
        assertThat(set).noneMatch(Settings::isSecret);
    }

    @Test
    void saysWhatTheSecretMustHoldWithoutAValue() throws IOException {
        var lines = Files.readAllLines(ROOT.resolve("overlays/example/secrets.env.example"));

        assertThat(lines).isNotEmpty().allMatch(line -> line.matches("[A-Z0-9_]+="));
        assertThat(lines)
                .extracting(line -> line.replace("=", ""))
                .allMatch(Settings::knows, "is a setting")
                .allMatch(Settings::isSecret, "is a secret");
        assertThat(container.getEnvFrom().get(1).getSecretRef().getName()).isEqualTo("textonce-secrets");
    }

    /** Without one nobody can use the support page. The empty hash of a client that is not used would end the start. */
    @Test
    void hasACallerAndAnOperatorAndNoOtherClient() throws IOException {
        assertThat(settings("overlays/example")).containsEntry("TEXTONCE_CLIENTS_SUPPORT_ROLE", "operator");
        assertThat(Files.readAllLines(ROOT.resolve("overlays/example/secrets.env.example")))
                .filteredOn(line -> line.startsWith("TEXTONCE_CLIENTS_"))
                .containsExactly("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256=", "TEXTONCE_CLIENTS_SUPPORT_TOKEN_SHA256=");
    }

    @Test
    void letsInstancesConnectToTheBrokersOfTheDocuments() {
        var ports = read("base/networkpolicy.yaml", NetworkPolicy.class).getSpec().getEgress().stream()
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort().getIntVal());

        assertThat(ports).contains(61616, 61617, 5671, 5672);
    }

    @Test
    void takesAnImageOfAVersion() throws IOException {
        var image = STRICT.readTree(
                        ROOT.resolve("overlays/example/kustomization.yaml").toFile())
                .at("/images/0");

        assertThat(container.getImage()).isEqualTo(image.get("name").asText());
        assertThat(image.get("newTag").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    /** Kustomize adds the label to selectors that exist, and makes none. */
    @Test
    void theBudgetAndThePolicySelectOurPodsAndNoOther() throws IOException {
        var label = STRICT.readTree(ROOT.resolve("base/kustomization.yaml").toFile())
                .at("/labels/0/pairs")
                .properties()
                .iterator()
                .next();

        assertThat(read("base/poddisruptionbudget.yaml", PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .containsExactly(Map.entry(label.getKey(), label.getValue().asText()));
        assertThat(read("base/networkpolicy.yaml", NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels())
                .containsExactly(Map.entry(label.getKey(), label.getValue().asText()));
    }

    private static Map<String, String> settings(String folder) {
        try (var lines = Files.lines(ROOT.resolve(folder).resolve("settings.env"))) {
            return lines.filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("=", 2))
                    .collect(Collectors.toMap(line -> line[0], line -> line[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T read(String file, Class<T> kind) {
        return Manifests.read(ROOT.resolve(file), kind);
    }
}
