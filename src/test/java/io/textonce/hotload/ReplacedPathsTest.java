package io.textonce.hotload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.UserRoutesFile;
import java.net.http.HttpRequest;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;

/** HTTP paths of user routes whose files are saved while callers use them. */
@SandboxTest
class ReplacedPathsTest {

    private static final String FILE = "replaced";
    private static final int CALLERS = 4;

    /** A route that starts after the others were stopped, and can't, since its path is that of a shipped one. */
    private static final String TAKEN = """
            - route:
                id: replaced-too
                from:
                  uri: kamelet:api-source
                  parameters:
                    method: GET
                    path: people
                  steps:
                    - stop: {}
            """;

    @Test
    void respondsToEachCallerWhileTheFileIsSaved(Sandbox sandbox) throws Exception {
        Set<String> answers = ConcurrentHashMap.newKeySet();
        Set<String> failures = ConcurrentHashMap.newKeySet();
        var saved = new CountDownLatch(1);
        var callers = Executors.newFixedThreadPool(CALLERS + 1);
        try (var own = new UserRoutesFile(sandbox, FILE, route(1))) {
            own.awaitRoute(FILE);
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.execute(() -> {
                    while (saved.getCount() > 0) {
                        var answer = sandbox.postJson("/api/replaced", "{}");
                        (answer.statusCode() == 200 ? answers : failures).add(answer.body());
                    }
                });
            }
            callers.execute(() -> {
                while (saved.getCount() > 0) {
                    var health = sandbox.send(HttpRequest.newBuilder(sandbox.management("/actuator/health/readiness")));
                    if (health.statusCode() != 200) {
                        failures.add(health.body());
                    }
                }
            });

            for (int version = 1; version <= 3; version++) {
                String latest = "version " + version;
                own.save(route(version));
                await().until(() -> answers.contains(latest));
                own.save(route(version) + TAKEN);
                await().until(() -> errors(sandbox).contains("replaced.camel.yaml"));
            }
            saved.countDown();
            callers.shutdown();

            assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failures).isEmpty();
            assertThat(answers).containsExactlyInAnyOrder("version 1", "version 2", "version 3");
        } finally {
            saved.countDown();
            callers.shutdownNow();
        }
    }

    /** It is replaced once that request has completed. */
    @Test
    void respondsToOthersWhileOneRequestTakesLongerThanAReplacementWaits(Sandbox sandbox) throws Exception {
        Set<String> failures = ConcurrentHashMap.newKeySet();
        try (var own = new UserRoutesFile(sandbox, FILE, route(1, 12_000))) {
            own.awaitRoute(FILE);
            var slow = CompletableFuture.supplyAsync(() -> sandbox.postJson("/api/replaced", "{}"));
            await().until(() -> inflight(sandbox) == 1);

            own.save(route(2, 12_000));
            while (!slow.isDone()) {
                var answer = sandbox.postJson("/api/replaced", "\"quick\"");
                if (answer.statusCode() != 200) {
                    failures.add(answer.statusCode() + " " + answer.body());
                }
            }

            assertThat(slow.get().body()).isEqualTo("version 1");
            assertThat(failures).isEmpty();
        }
    }

    private static int inflight(Sandbox sandbox) {
        return sandbox.context()
                .getBean(CamelContext.class)
                .getInflightRepository()
                .size(FILE);
    }

    private static Set<String> errors(Sandbox sandbox) {
        return sandbox.context().getBean(UserRoutes.class).health().getDetails().keySet();
    }

    private static String route(int version) {
        return route(version, 20);
    }

    /** @param millis of each request but those with the body {@code "quick"} */
    private static String route(int version, int millis) {
        return """
                - route:
                    id: replaced
                    from:
                      uri: kamelet:api-source
                      parameters:
                        method: POST
                        path: replaced
                      steps:
                        - filter:
                            simple: ${body} != '"quick"'
                            steps:
                              - delay:
                                  expression:
                                    constant: '%d'
                        - setBody:
                            expression:
                              constant: version %d
                """.formatted(millis, version);
    }
}
