package io.textonce.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests have only fields that Kubernetes has, and agree with each other and with TextOnce. */
class KubernetesTest {

    private static final Path ROOT = Path.of("ops/kubernetes");

    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1/ConfigMap", ConfigMap.class,
            "v1/Namespace", Namespace.class,
            "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
            "v1/Service", Service.class,
            "v1/ServiceAccount", ServiceAccount.class,
            "apps/v1/Deployment", Deployment.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class);

    private static final Set<String> KUSTOMIZATION =
            Set.of("apiVersion", "kind", "labels", "resources", "components", "patches", "images", "namespace");

    /** The models keep fields that they don't know, for other versions of Kubernetes; here such a one is a slip. */
    private static final YAMLMapper STRICT = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    private final Deployment deployment = read("base/deployment.yaml", Deployment.class);
    private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    private final Container container = pod.getContainers().get(0);
    private final Map<String, String> settings =
            read("base/settings.yaml", ConfigMap.class).getData();

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
        var tree = STRICT.readTree(manifest.toFile());
        String kind = tree.get("apiVersion").asText() + "/" + tree.get("kind").asText();

        assertThat(KINDS).containsKey(kind);
        assertThat(STRICT.treeToValue(tree, KINDS.get(kind))).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("kustomizations")
    void takesEveryFileThatLiesBesideItAndNoOther(Path kustomization) throws IOException {
        var tree = STRICT.readTree(kustomization.toFile());
        var taken = new TreeSet<String>();
        for (String list : List.of("resources", "components", "patches")) {
            tree.path(list).forEach(entry -> taken.add(entry.path("path").asText(entry.asText())));
        }

        assertThat(tree.fieldNames()).toIterable().isSubsetOf(KUSTOMIZATION);
        assertThat(taken)
                .allSatisfy(
                        entry -> assertThat(kustomization.resolveSibling(entry)).exists());
        try (var files = Files.list(kustomization.getParent())) {
            assertThat(taken)
                    .containsAll(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml"))
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
    void setsOnlyWhatIsASettingAndNoSecret() throws IOException {
        var set = new TreeSet<String>();
        for (Path manifest : manifests().toList()) {
            JsonNode tree = STRICT.readTree(manifest.toFile());
            assertThat(tree.get("kind").asText()).isNotEqualTo("Secret");
            if (tree.get("kind").asText().equals("ConfigMap")) {
                tree.get("data").fieldNames().forEachRemaining(set::add);
            }
        }

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

    @Test
    void takesAnImageOfAVersion() throws IOException {
        var image = STRICT.readTree(
                        ROOT.resolve("overlays/example/kustomization.yaml").toFile())
                .at("/images/0");

        assertThat(container.getImage()).isEqualTo(image.get("name").asText());
        assertThat(image.get("newTag").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    /** Kustomize itself, where a machine has it. */
    @Test
    void isPutTogetherByKustomize() throws Exception {
        var rendered = Files.createTempFile("textonce-", ".yaml");
        assumeTrue(kustomize(rendered, "version", "--client"), "kubectl is not on this machine");

        assertThat(kustomize(rendered, "kustomize", "ops/kubernetes/overlays/example"))
                .isTrue();

        var kinds = new TreeMap<String, JsonNode>();
        try (var documents = STRICT.readerFor(JsonNode.class).<JsonNode>readValues(rendered.toFile())) {
            while (documents.hasNext()) {
                var manifest = documents.next();
                String kind = manifest.get("kind").asText();
                STRICT.treeToValue(
                        manifest, KINDS.get(manifest.get("apiVersion").asText() + "/" + kind));
                assertThat(kinds.put(kind, manifest)).isNull();
                if (kind.equals("Deployment")) {
                    assertThat(manifest.at("/spec/selector/matchLabels")).isNotEmpty();
                    assertThat(manifest.findValuesAsText("mountPath")).contains("/tmp", "/textonce/inbox");
                }
            }
        }
        assertThat(kinds)
                .containsOnlyKeys(
                        "ConfigMap",
                        "Deployment",
                        "Namespace",
                        "NetworkPolicy",
                        "PersistentVolumeClaim",
                        "PodDisruptionBudget",
                        "Service",
                        "ServiceAccount");
        var labels = kinds.get("Deployment").at("/spec/template/metadata/labels");
        assertThat(kinds.get("Deployment").at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(kinds.get("Service").at("/spec/selector")).isEqualTo(labels);
        assertThat(kinds.get("PodDisruptionBudget").at("/spec/selector/matchLabels"))
                .isEqualTo(labels);
        assertThat(kinds.get("NetworkPolicy").at("/spec/podSelector/matchLabels"))
                .isEqualTo(labels);
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

    private static boolean kustomize(Path output, String... arguments) throws InterruptedException {
        var command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(output.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static <T> T read(String file, Class<T> kind) {
        try {
            return STRICT.readValue(ROOT.resolve(file).toFile(), kind);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
