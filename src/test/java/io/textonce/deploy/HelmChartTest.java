package io.textonce.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The objects that Helm renders of the chart, read by the models of Kubernetes and compared with those of kustomize. */
class HelmChartTest {

    private static final Path CHART = Path.of("ops/helm/textonce");
    private static final Path KUSTOMIZE = Path.of("ops/kubernetes");
    private static final List<String> COMPONENTS = List.of("autoscaling", "inbox", "ingress", "monitoring", "routes");

    /** Values by the folder of their file, which is named after the release. */
    private static final Map<String, String> VALUES = Map.of(
            "none/textonce",
            "{}",
            "all/textonce",
            COMPONENTS.stream().map(name -> name + ": {enabled: true}\n").collect(Collectors.joining()),
            "all/second",
            COMPONENTS.stream().map(name -> name + ": {enabled: true}\n").collect(Collectors.joining())
                    + "settings: {PORT: 3100, TEXTONCE_INTAKES: http}\npod: {nodeSelector: {disk: ssd}}\n"
                    + "networkPolicy: {egressPorts: [443]}\n"
                    + "volumes: [{name: tls, secret: {secretName: shop-tls}}]\n"
                    + "volumeMounts: [{name: tls, mountPath: /etc/textonce, readOnly: true}]\n",
            "collides/textonce",
            "pod: {volumes: [{name: tls, secret: {secretName: shop-tls}}]}",
            "misspelt/textonce",
            "setings: {PORT: 3100}",
            "wrong/textonce",
            "replicas: three");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void render() throws Exception {
        Path chart = folder.resolve("chart");
        try (var files = Files.walk(CHART)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = chart.resolve(CHART.relativize(file));
                Files.createDirectories(copy.getParent());
                // The library renders for a version of its own, which is older than the chart needs.
                Files.writeString(copy, Files.readString(file).replaceFirst("(?m)^kubeVersion: .*$", ""));
            }
        }
        var values = new ArrayList<Path>();
        for (var entry : VALUES.entrySet()) {
            Path file = folder.resolve(entry.getKey() + ".yaml");
            Files.createDirectories(file.getParent());
            values.add(Files.writeString(file, entry.getValue()));
        }
        Path example = Files.createDirectory(folder.resolve("example")).resolve("textonce.yaml");
        values.add(Files.copy(Path.of("ops/helm/example.yaml"), example));
        HelmTemplate.render(chart, values);
    }

    @Test
    void isWithoutAFaultForHelmLint() throws IOException {
        assertThat(folder.resolve("chart.out")).hasContent("no fault");
    }

    @Test
    void hasOnlyFieldsThatKubernetesHasAndWhatIsEnabled() throws IOException {
        assertThat(helm("none/textonce"))
                .containsOnlyKeys(
                        "ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount");
        assertThat(helm("all/textonce"))
                .containsOnlyKeys(
                        "ConfigMap",
                        "Deployment",
                        "HorizontalPodAutoscaler",
                        "Ingress",
                        "NetworkPolicy",
                        "PersistentVolumeClaim",
                        "PodDisruptionBudget",
                        "PodMonitor",
                        "Service",
                        "ServiceAccount");
    }

    @Test
    void rendersWhatTheBaseOfKustomizeHas() throws Exception {
        assertThat(common(helm("none/textonce"))).isEqualTo(common(kustomize(KUSTOMIZE.resolve("base"))));
    }

    @Test
    void rendersWhatAllComponentsOfKustomizeHave() throws Exception {
        Path all = Files.createDirectories(Path.of("target/kustomize-all"));
        Files.writeString(
                all.resolve("kustomization.yaml"),
                "resources: [../../ops/kubernetes/base]\ncomponents:\n"
                        + COMPONENTS.stream()
                                .map(name -> "  - ../../ops/kubernetes/components/" + name + "\n")
                                .collect(Collectors.joining()));

        assertThat(common(helm("all/textonce"))).isEqualTo(common(kustomize(all)));
        assertThat(KUSTOMIZE.resolve("components").toFile().list()).containsExactlyInAnyOrderElementsOf(COMPONENTS);
    }

    @Test
    void rendersTheExampleOfKustomize() throws Exception {
        var example = kustomize(KUSTOMIZE.resolve("overlays/example"));
        assertThat(example.remove("Namespace")).isNotNull();

        assertThat(common(helm("example/textonce"))).isEqualTo(common(example));
    }

    /** Two releases of one namespace share nothing. */
    @Test
    void selectsThePodsOfItsReleaseAndNoOther() throws IOException {
        var second = helm("all/second");
        var labels = second.get("Deployment").at("/spec/template/metadata/labels");

        assertThat(labels)
                .isNotEqualTo(helm("all/textonce").get("Deployment").at("/spec/template/metadata/labels"))
                .hasToString("{\"app.kubernetes.io/name\":\"textonce\",\"app.kubernetes.io/instance\":\"second\"}");
        assertThat(Map.of(
                        "Deployment", "/spec/selector/matchLabels",
                        "NetworkPolicy", "/spec/podSelector/matchLabels",
                        "PodDisruptionBudget", "/spec/selector/matchLabels",
                        "PodMonitor", "/spec/selector/matchLabels",
                        "Service", "/spec/selector"))
                .allSatisfy((kind, selector) ->
                        assertThat(second.get(kind).at(selector)).as(kind).isEqualTo(labels));
        assertThat(second.values())
                .extracting(object -> object.at("/metadata/name").asText())
                .containsOnly("second", "second-settings", "second-inbox");
    }

    @Test
    void namesOnlyWhatItRendersItself() throws IOException {
        var second = helm("all/second");
        var pod = second.get("Deployment").at("/spec/template/spec");
        var ports = second.get("Deployment").findValuesAsText("containerPort");

        assertThat(second.get("HorizontalPodAutoscaler").at("/spec/scaleTargetRef/name"))
                .isEqualTo(second.get("Deployment").at("/metadata/name"));
        assertThat(second.get("Ingress").findValue("backend").at("/service/name"))
                .isEqualTo(second.get("Service").at("/metadata/name"));
        assertThat(second.get("Ingress").findValue("backend").at("/service/port/name"))
                .isEqualTo(second.get("Service").at("/spec/ports/0/name"));
        assertThat(pod.findValuesAsText("claimName")).containsExactly("second-inbox");
        assertThat(pod.at("/containers/0/envFrom/0/configMapRef/name").asText()).isEqualTo("second-settings");
        assertThat(pod.get("serviceAccountName"))
                .isEqualTo(second.get("ServiceAccount").at("/metadata/name"));
        assertThat(ports).containsExactly("3100", "9090");
        assertThat(pod.at("/containers/0/ports").findValuesAsText("name"))
                .contains(
                        second.get("PodMonitor").findValue("port").asText(),
                        second.get("Service").findValue("targetPort").asText());
        assertThat(pod.at("/nodeSelector/disk").asText()).isEqualTo("ssd");
        assertThat(second.get("NetworkPolicy").at("/spec/egress/1/ports")).hasToString("[{\"port\":443}]");
    }

    /** Such as certificates, secrets as files, and jars of further components. */
    @Test
    void mountsVolumesBesideItsOwn() throws IOException {
        var pod = helm("all/second").get("Deployment").at("/spec/template/spec");

        assertThat(pod.get("volumes"))
                .anySatisfy(volume ->
                        assertThat(volume.at("/secret/secretName").asText()).isEqualTo("shop-tls"))
                .anySatisfy(volume -> assertThat(volume.has("emptyDir")).isTrue());
        assertThat(pod.at("/containers/0/volumeMounts"))
                .extracting(mount -> mount.get("mountPath").asText())
                .contains("/etc/textonce", "/tmp", "/textonce/my-routes");
    }

    @Test
    void letsASettingWinAndReplacesTheInstancesWhenOneChanges() throws IOException {
        String checksum = "/spec/template/metadata/annotations/checksum~1settings";

        assertThat(helm("all/second")
                        .get("ConfigMap")
                        .at("/data/TEXTONCE_INTAKES")
                        .asText())
                .isEqualTo("http");
        assertThat(helm("all/second").get("Deployment").at(checksum))
                .isNotEqualTo(helm("all/textonce").get("Deployment").at(checksum));
    }

    @Test
    void namesAValueThatIsMisspeltOrWrong() throws IOException {
        assertThat(HelmTemplate.result(folder.resolve("misspelt/textonce.yaml")))
                .content()
                .contains("setings");
        assertThat(HelmTemplate.result(folder.resolve("wrong/textonce.yaml")))
                .content()
                .contains("replicas");
        assertThat(HelmTemplate.result(folder.resolve("collides/textonce.yaml")))
                .content()
                .contains("volumes");
    }

    /** The number of instances is the autoscaler's; each update of a release would set it back. */
    @Test
    void leavesTheNumberOfInstancesToTheAutoscaler() throws IOException {
        assertThat(helm("none/textonce").get("Deployment").at("/spec/replicas").asInt())
                .isEqualTo(3);
        assertThat(helm("all/textonce").get("Deployment").at("/spec/replicas").isMissingNode())
                .isTrue();
    }

    private static Map<String, JsonNode> helm(String values) throws IOException {
        return Manifests.byKind(Files.readString(HelmTemplate.result(folder.resolve(values + ".yaml"))));
    }

    private static Map<String, JsonNode> kustomize(Path kustomization) throws Exception {
        var kubectl = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(path -> Path.of(path, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(kubectl.isPresent(), "kubectl is not on this machine");
        Path rendered = Files.createTempFile(folder, "kustomize-", ".yaml");
        var process = new ProcessBuilder(kubectl.get().toString(), "kustomize", kustomization.toString())
                .redirectOutput(rendered.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor()).isZero();
        return Manifests.byKind(Files.readString(rendered));
    }

    /** Returns the objects without what either tool adds by itself. */
    private static Map<String, JsonNode> common(Map<String, JsonNode> objects) {
        objects.values().forEach(HelmChartTest::strip);
        return objects;
    }

    private static void strip(JsonNode node) {
        node.forEach(HelmChartTest::strip);
        if (node instanceof ObjectNode object) {
            object.remove(List.of(
                    "app.kubernetes.io/instance",
                    "app.kubernetes.io/managed-by",
                    "app.kubernetes.io/version",
                    "checksum/settings",
                    "helm.sh/chart",
                    "helm.sh/resource-policy",
                    "namespace"));
            if (object.path("annotations").isEmpty()) {
                object.remove("annotations");
            }
            // Kustomize appends a hash of the content.
            if (object.path("name").asText().matches("textonce-settings-[a-z0-9]{10}")) {
                object.put("name", "textonce-settings");
            }
            // Kustomize's base has no tag; an overlay sets it.
            if (object.path("image").asText().equals("textonce:0.1.0")) {
                object.put("image", "textonce");
            }
            // Their order means nothing, and a patch prepends.
            for (String list : List.of("volumes", "volumeMounts")) {
                if (object.get(list) instanceof ArrayNode entries) {
                    object.putArray(list).addAll(sorted(entries));
                }
            }
        }
    }

    private static List<JsonNode> sorted(ArrayNode entries) {
        return StreamSupport.stream(entries.spliterator(), false)
                .sorted(Comparator.comparing(entry -> entry.get("name").asText()))
                .toList();
    }
}
