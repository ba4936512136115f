package io.textonce.hotload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.ScheduledPollConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/** What own files may do to the running application, and what is left of them. */
@SandboxTest
class UserFilesTest {

    private static final Duration SECONDS = Duration.ofSeconds(30);

    @Autowired
    private CamelContext camel;

    @Autowired
    private UserRoutes own;

    private final List<Path> written = new ArrayList<>();

    @AfterEach
    void takeTheFilesAway() throws IOException {
        for (Path file : written) {
            Files.deleteIfExists(file);
        }
        await().atMost(SECONDS)
                .until(() -> own.health().getDetails().isEmpty()
                        && camel.getRoutes().stream()
                                .noneMatch(route -> route.getRouteId().startsWith("own-file")));
    }

    @Test
    void givesABeanNothingOfOursOpensOneAtATimeAndClosesItWithTheFile(Sandbox sandbox) throws IOException {
        String name = "own-pool-" + sandbox.newEventId();
        String url = sandbox.context().getEnvironment().getRequiredProperty("spring.datasource.url");
        String file = """
                - beans:
                    - name: ownPool
                      type: com.zaxxer.hikari.HikariDataSource
                      properties:
                        jdbcUrl: "%s%sApplicationName=%s"
                        username: "{{spring.datasource.username}}"
                        password: "{{spring.datasource.password}}"
                        maximumPoolSize: 1
                - route:
                    id: own-file-pool
                    from:
                      uri: kamelet:api-source
                      parameters:
                        path: own-file-pool
                      steps:
                        - to:
                            uri: sql
                            parameters:
                              query: select count(*) from pg_stat_activity where application_name = '%s'
                              dataSource: "#ownPool"
                              outputType: SelectOne
                        - convertBodyTo:
                            type: String
                """.formatted(url, url.contains("?") ? "&" : "?", name, name);
        List<Object> pools = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String marker = "    description: Version " + i + "\n";
            write(sandbox, "own-file-pool.camel.yaml", file.replace("    from:\n", marker + "    from:\n"));
            await().atMost(SECONDS).until(() -> isVersion("own-file-pool", marker));
            // PostgreSQL ends the connection of the pool before a moment later.
            await().untilAsserted(() ->
                    assertThat(get(sandbox, "/api/own-file-pool").body()).isEqualTo("1"));
            pools.add(camel.getRegistry().lookupByName("ownPool"));
        }

        assertThat(pools).doesNotHaveDuplicates().allSatisfy(pool -> {
            assertThat(((HikariDataSource) pool).getPoolName())
                    .isNotEqualTo(poolOfOurs(sandbox).getPoolName());
            assertThat(((HikariDataSource) pool).getJdbcUrl()).endsWith(name);
        });
        takeTheFilesAway();
        await().atMost(SECONDS).until(() -> connections(sandbox, name) == 0);
        assertThat(pools).allMatch(pool -> ((HikariDataSource) pool).isClosed());
        assertThat(camel.getRegistry().lookupByName("ownPool")).isNull();
    }

    @Test
    void givesRoutesTheNewDatabaseWhenTheFileOfItsPoolIsReplaced(Sandbox sandbox) throws IOException {
        String database = """
                - beans:
                    - name: ownShop
                      type: com.zaxxer.hikari.HikariDataSource
                      properties:
                        jdbcUrl: "{{spring.datasource.url}}"
                        username: "{{spring.datasource.username}}"
                        password: "{{spring.datasource.password}}"
                        poolName: shop-1
                """;
        write(sandbox, "own-file-database.camel.yaml", database);
        write(sandbox, "own-file-shop.camel.yaml", """
                - route:
                    id: own-file-shop
                    from:
                      uri: kamelet:api-source
                      parameters:
                        path: own-file-shop
                      steps:
                        - to:
                            uri: sql
                            parameters:
                              query: select 7
                              dataSource: "#ownShop"
                              outputType: SelectOne
                        - convertBodyTo:
                            type: String
                """);
        await().atMost(SECONDS)
                .untilAsserted(() ->
                        assertThat(get(sandbox, "/api/own-file-shop").body()).isEqualTo("7"));
        var first = camel.getRegistry().lookupByNameAndType("ownShop", HikariDataSource.class);

        write(sandbox, "own-file-database.camel.yaml", database.replace("shop-1", "shop-2"));
        await().atMost(SECONDS).until(first::isClosed);

        await().atMost(SECONDS)
                .untilAsserted(() ->
                        assertThat(get(sandbox, "/api/own-file-shop").body()).isEqualTo("7"));
        assertThat(camel.getRegistry().lookupByNameAndType("ownShop", HikariDataSource.class))
                .isNotSameAs(first);
    }

    /** The other intakes can do good without it. */
    @Test
    void staysReadyWhileTheSourceOfARouteIsUnavailable(Sandbox sandbox) throws IOException {
        write(sandbox, "own-file-away.camel.yaml", """
                - beans:
                    - name: awayPool
                      type: com.zaxxer.hikari.HikariDataSource
                      properties:
                        jdbcUrl: jdbc:postgresql://127.0.0.1:1/away
                        initializationFailTimeout: -1
                        connectionTimeout: 250
                - route:
                    id: own-file-away
                    from:
                      uri: sql
                      parameters:
                        query: select 1
                        dataSource: "#awayPool"
                      steps:
                        - stop: {}
                """);

        await().atMost(SECONDS).until(() -> camel.getRoute("own-file-away") != null);
        var source = (ScheduledPollConsumer) camel.getRoute("own-file-away").getConsumer();
        await().atMost(SECONDS).until(() -> source.getErrorCounter() > 0);

        for (String path : List.of("/actuator/health", "/actuator/health/readiness")) {
            assertThat(sandbox.send(HttpRequest.newBuilder(sandbox.management(path)))
                            .statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    /** Camel itself gives what a {@code doTry} does not catch to no policy. */
    @Test
    void storesAnEventThatIsRejectedWithinATry(Sandbox sandbox) throws IOException {
        String rejected = sandbox.orderShipped(sandbox.newEventId(), "no number");
        write(sandbox, "own-file-try.camel.yaml", """
                - route:
                    id: own-file-try
                    from:
                      uri: timer:own-file-try
                      parameters:
                        repeatCount: 1
                      steps:
                        - setBody:
                            constant: '%s'
                        - doTry:
                            steps:
                              - to: direct:event-order-shipped
                            doCatch:
                              - exception: [java.io.IOException]
                    routeConfigurationId: dead-letter
                """.formatted(rejected));

        await().atMost(SECONDS)
                .until(() -> sandbox.database()
                        .queryForList(
                                "SELECT reason FROM textonce.dead_letters WHERE route = 'own-file-try'", String.class)
                        .toString()
                        .contains("phone"));
    }

    @Test
    void responds503ForAnEventInABrokenFileOfAnotherNameAndShowsTheFileToOperators(Sandbox sandbox) throws IOException {
        write(sandbox, "own-file-mine.yaml", "- route:\n    id: event-own-file-table-ready\n");

        await().atMost(SECONDS).until(() -> own.health().getDetails().containsKey("own-file-mine.yaml"));

        assertThat(sandbox.post("own-file-table-ready", "{}").statusCode()).isEqualTo(503);
        assertThat(sandbox.post("own-file-table", "{}").statusCode()).isEqualTo(404);
    }

    /** Camel's own error handler would mark the failure as handled: the caller got a 500, and retried for ever. */
    @Test
    void leavesTheFailuresOfAnEventWithoutAPolicyToItsIntake(Sandbox sandbox) throws IOException {
        write(sandbox, "schemas/own-file-bare.schema.json", "{\"type\": \"object\", \"required\": [\"orderId\"]}");
        write(sandbox, "own-file-bare.camel.yaml", """
                - route:
                    id: event-own-file-bare
                    from:
                      uri: direct:event-own-file-bare
                      steps:
                        - to:
                            uri: kamelet:event-check-action
                            parameters:
                              schema: own-file-bare
                """);
        await().atMost(SECONDS).until(() -> camel.getRoute("event-own-file-bare") != null);

        var response = sandbox.post("own-file-bare", "{\"eventId\":\"7\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("orderId");
    }

    @Test
    void logsTheReloadOfASchemaAndOfATemplateAsThatOfARoute(Sandbox sandbox) throws IOException {
        try (var log = new LogRecorder()) {
            write(sandbox, "schemas/own-file-note.schema.json", "{}");
            write(sandbox, "templates/own-file-note.en.mustache", "Hello");

            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(log.lines())
                            .contains(
                                    "schemas/own-file-note.schema.json is loaded",
                                    "templates/own-file-note.en.mustache is loaded"));
        }
    }

    @Test
    void fillsNoConstructorWithABeanOfOurs(Sandbox sandbox) throws IOException {
        write(sandbox, "own-file-guess.camel.yaml", """
                - beans:
                    - name: ownTemplate
                      type: %s
                - route:
                    id: own-file-guess
                    from:
                      uri: direct:own-file-guess
                      steps:
                        - log: x
                """.formatted(NeedsADataSource.class.getName()));

        assertThat(faultOf("own-file-guess.camel.yaml")).contains("needs constructors");
    }

    @Test
    void refusesPathsOfOurs(Sandbox sandbox) throws IOException {
        Map<String, String> owners = Map.of(
                "/api/people", "retention/data-erasure.camel.yaml",
                "/api/order-shipped-sms", "intake/intake-http.camel.yaml",
                "/api/{event}-sms", "intake/intake-http.camel.yaml",
                "/api/deliveries/{id}/notes", "console/delivery-action.camel.yaml",
                "/twilio/inbound", "sms/sms-inbound.camel.yaml",
                "/login", "reserved for TextOnce",
                "/deliveries/mine", "reserved for TextOnce",
                "/actuator/mine", "reserved for TextOnce",
                "/actuator/x", "reserved for TextOnce");
        var before = get(sandbox, "/api/people").statusCode();

        Map<String, String> files = new HashMap<>();
        for (String path : owners.keySet()) {
            String name = "own-file-path-" + files.size();
            files.put(path, name + ".camel.yaml");
            write(sandbox, files.get(path), http(name, path));
        }

        for (var owner : owners.entrySet()) {
            assertThat(faultOf(files.get(owner.getKey())))
                    .contains("the path " + owner.getKey())
                    .contains(owner.getValue());
        }
        takeTheFilesAway();
        assertThat(get(sandbox, "/api/people").statusCode()).isEqualTo(before).isEqualTo(405);
        assertThat(sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void refusesAPathOfAnotherOwnFile(Sandbox sandbox) throws IOException {
        write(sandbox, "own-file-one.camel.yaml", http("own-file-one", "/api/own-file"));
        await().atMost(SECONDS).until(() -> camel.getRoute("own-file-one") != null);

        write(sandbox, "own-file-two.camel.yaml", http("own-file-two", "/api/own-file"));

        assertThat(faultOf("own-file-two.camel.yaml"))
                .contains("the path /api/own-file is served by own-file-one.camel.yaml already");
        assertThat(get(sandbox, "/api/own-file").body()).isEqualTo("own-file-one");
    }

    @Test
    void refusesABeanOfOurs(Sandbox sandbox) throws IOException {
        var before = camel.getRegistry().lookupByName("httpResponses");
        write(sandbox, "own-file-bean.camel.yaml", """
                - beans:
                    - name: httpResponses
                      type: java.lang.Object
                """ + http("own-file-bean", "/api/own-file-bean"));

        assertThat(faultOf("own-file-bean.camel.yaml"))
                .isEqualTo("line 2: there is a shipped bean httpResponses; choose another name");
        takeTheFilesAway();
        assertThat(camel.getRegistry().lookupByName("httpResponses")).isSameAs(before);
    }

    @Test
    void refusesAFailurePolicyOfOursAndLeavesItAsItWas(Sandbox sandbox) throws IOException {
        write(sandbox, "own-file-policy.camel.yaml", http("own-file-policy", "/api/own-file-policy") + """
                - routeConfiguration:
                    id: answer-problem
                """);

        assertThat(faultOf("own-file-policy.camel.yaml")).contains("policies.camel.yaml");
        takeTheFilesAway();
        assertThat(sandbox.post("order-shipped", "{}").statusCode()).isEqualTo(400);
    }

    @Test
    void warnsOfAPathThatIsClosed(Sandbox sandbox) throws IOException {
        try (var log = new LogRecorder()) {
            write(sandbox, "own-file-closed.camel.yaml", http("own-file-closed", "/own-file/closed"));
            await().atMost(SECONDS).until(() -> camel.getRoute("own-file-closed") != null);
            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(log.complaints())
                            .anySatisfy(line ->
                                    assertThat(line).contains("/own-file/closed", "TEXTONCE_HTTP_PUBLIC_PATHS")));
        }
        assertThat(get(sandbox, "/own-file/closed").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"/twilio/mine, twilio-webhook-source", "/api/mine, api-source"})
    void refusesAPathThatAnotherKameletAuthenticates(String path, String kamelet, Sandbox sandbox) throws IOException {
        write(sandbox, "own-file-door.camel.yaml", source("own-file-door", "public-source", path.substring(1)));

        assertThat(faultOf("own-file-door.camel.yaml"))
                .contains("a route with the path " + path + " starts at kamelet:" + kamelet);
        assertThat(camel.getRoute("own-file-door")).isNull();
    }

    private static String http(String id, String path) {
        return path.startsWith("/api/")
                ? source(id, "api-source", path.substring(5))
                : path.startsWith("/twilio/")
                        ? source(id, "twilio-webhook-source", path.substring(8))
                        : source(id, "public-source", path.substring(1));
    }

    private static String source(String id, String kamelet, String path) {
        return """
                - route:
                    id: %s
                    from:
                      uri: kamelet:%s
                      parameters:
                        path: "%s"
                      steps:
                        - setBody:
                            constant: %s
                """.formatted(id, kamelet, path, id);
    }

    private boolean isVersion(String route, String marker) {
        var running = camel.getRoute(route);
        return running != null && marker.contains(String.valueOf(running.getDescription()));
    }

    private String faultOf(String file) {
        await().atMost(SECONDS).until(() -> own.health().getDetails().containsKey(file));
        return String.valueOf(own.health().getDetails().get(file));
    }

    private void write(Sandbox sandbox, String file, String text) throws IOException {
        Path path = sandbox.routes().resolve(file);
        written.add(path);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static HttpResponse<String> get(Sandbox sandbox, String path) {
        URI uri = sandbox.uri(path);
        return sandbox.send(HttpRequest.newBuilder(uri).GET());
    }

    private static HikariDataSource poolOfOurs(Sandbox sandbox) {
        return sandbox.context().getBean(HikariDataSource.class);
    }

    private static int connections(Sandbox sandbox, String name) {
        return new JdbcTemplate(poolOfOurs(sandbox))
                .queryForObject(
                        "select count(*) from pg_stat_activity where application_name = ?", Integer.class, name);
    }

    /** Its one constructor wants what Spring has exactly one of. */
    public static final class NeedsADataSource {

        public NeedsADataSource(HikariDataSource ours) {
            throw new IllegalStateException("got " + ours.getPoolName());
        }
    }
}
