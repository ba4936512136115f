package io.textonce.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

/** Every case holds: those of routes/cases, and those in the folder that TEXTONCE_ROUTES names. */
@SandboxTest
class CasesTest {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TestFactory
    Stream<DynamicTest> holds(Sandbox sandbox) {
        return Stream.of(Path.of("routes", "cases"), sandbox.routes().resolve("cases"))
                .flatMap(folder -> CaseCommand.files(folder).stream()
                        .map(file -> DynamicTest.dynamicTest(
                                folder.relativize(file).toString(), () -> holds(sandbox, file))));
    }

    @Test
    void failsWithTheExpectedTextBesideTheActual(Sandbox sandbox, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("wrong.yaml"),
                Files.readString(Path.of("routes/cases/order-shipped/success.yaml"))
                        .replace("has shipped", "has shiped"));

        assertThatThrownBy(() ->
                        CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, LONGEST.dividedBy(10)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageMatching("(?s).*expected .*has shiped.*actual .*has shipped.*");
    }

    @Test
    void namesAFileThatIsNotUtf8(Sandbox sandbox, @TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("wrong.yaml"), new byte[] {'n', '\n', (byte) 0xFF});

        assertThatThrownBy(() -> holds(sandbox, file))
                .isInstanceOf(AssertionError.class)
                .hasMessage(file + ": line 2: the file is not UTF-8 (byte 0xFF); save it as UTF-8");
    }

    /** What has not been processed yet proves nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"publish", "drop"})
    void waitsForWhatIsProcessedLater(String intake, Sandbox sandbox, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), """
                name: an event is not texted
                when:
                  - %s: order-shipped
                    body:
                      eventId: $id
                      phone: $phone
                      consentAt: "2026-06-02T09:00:00Z"
                      orderId: "1001"
                then:
                  texts: []
                """.formatted(intake));

        assertThatThrownBy(() -> CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, LONGEST))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s).*expected +\\[].*actual .*has shipped.*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "post    | answers",
                "publish | rejected",
                "drop    | rejected",
            })
    void failsWhereAnEventSendsNothingBecauseItIsRejected(
            String step, String part, Sandbox sandbox, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), """
                name: an order that is not shipped is not texted
                when:
                  - %s: order-shipped
                    body:
                      eventId: $id
                      phone: $phone
                      consentAt: "2026-06-02T09:00:00Z"
                then:
                  texts: []
                """.formatted(step));

        assertThatThrownBy(() -> CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, LONGEST))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s).*\n  " + part + "\n    expected  none.* is listed\n.*"
                        + "\n    reasons   400 invalid_request: orderId: .*")
                .message()
                .doesNotContain("+1555");
        holds(
                sandbox,
                Files.writeString(folder.resolve("right.yaml"), Files.readString(file) + "  rejected: orderId\n"));
    }

    /** The log, which has the trace, is silent while cases run. */
    @Test
    void namesTheStepOfAnUnexpectedError(Sandbox sandbox, @TempDir Path folder) throws IOException {
        try (var own = new UserRoutesFile(sandbox, "wrong-path", """
                - route:
                    id: wrong-path
                    from:
                      uri: kamelet:api-source
                      parameters:
                        method: POST
                        path: wrong
                      steps:
                        - setBody:
                            id: wrong-path-map
                            expression:
                              jq:
                                expression: .secret / 2
                    routeConfigurationId: answer-problem
                """)) {
            own.awaitRoute("wrong-path");
            Path file = Files.writeString(folder.resolve("wrong.yaml"), """
                    name: a path works
                    when:
                      - post: /api/wrong
                        body: {secret: hunter2}
                    then:
                      answers: [202]
                    """);

            assertThatThrownBy(() -> holds(sandbox, file))
                    .message()
                    .contains("\n    actual    500\n    reasons   step wrong-path-map: jq: ")
                    .doesNotContain("hunter2");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{sql: SELECT nonsense} | sql fails: ERROR: column",
                "{drop: %s/left.xml, body: x} | drop fails: %s/left.xml is still there: no route has taken it",
            })
    void failsWithTheReasonOfAStep(String step, String reason, Sandbox sandbox, @TempDir Path folder)
            throws IOException {
        Files.createFile(folder.resolve("left.xml"));
        Path file = Files.writeString(
                folder.resolve("wrong.yaml"),
                "name: wrong\nthen:\n  texts: []\nwhen:\n  - " + step.replace("%s", folder.toString()));

        assertThatThrownBy(() ->
                        CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, Duration.ofMillis(100)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(file + ": " + reason.replace("%s", folder.toString()));
    }

    @Test
    void drivesRoutesOfTheUserByAQueueAFileAPathAndATable(Sandbox sandbox, @TempDir Path folder) throws IOException {
        Path orders = folder.resolve("shop-orders");
        var ids = List.of("order-xml-queue", "order-xml-file", "order-xml-http", "invoice-due");
        Path examples = Path.of("routes", "examples");
        FileSystemUtils.copyRecursively(
                examples.resolve("mappings"), sandbox.routes().resolve("mappings"));
        FileSystemUtils.copyRecursively(
                examples.resolve("templates"), sandbox.routes().resolve("templates"));
        for (String id : ids) {
            String example = contentOf(examples.resolve(id + ".camel.yaml"));
            Files.writeString(
                    sandbox.routes().resolve(id + ".camel.yaml"),
                    example.replaceFirst("(?s)- beans:.*", "")
                            .replace("\"#shopDatabase\"", "\"#dataSource\"")
                            .replace("directoryName: shop-orders", "directoryName: " + orders));
        }
        var camel = sandbox.context().getBean(CamelContext.class);
        try {
            await().until(() -> ids.stream().allMatch(id -> camel.getRoute(id) != null));
            for (String step :
                    List.of("publish: queue:shop.orders", "drop: " + orders + "/order.xml", "post: /api/shop/orders")) {
                String order = sandbox.newEventId();
                holds(sandbox, Files.writeString(folder.resolve("order.yaml"), """
                        name: an order in XML that comes twice is texted once
                        when:
                          - %s
                            times: 2
                            body: >-
                              <order number="%s"><customer><phone>$phone</phone>
                              <consent>2026-06-02T09:00:00Z</consent></customer></order>
                        then:
                          texts:
                            - to: $phone
                              text: Your order %s has shipped.
                        """.formatted(step, order, order)));
            }
            holds(sandbox, Files.writeString(folder.resolve("invoice.yaml"), """
                    name: a row is texted
                    when:
                      - sql: >-
                          CREATE SCHEMA shop;
                          CREATE TABLE shop.invoices (id integer, texted boolean);
                          CREATE TABLE shop.invoice_texts AS SELECT 1 AS "invoiceId", '$id' AS "eventId",
                          '$phone' AS phone, 'A-7' AS number, 1 AS items, 5 AS total, 'USD' AS currency,
                          date '2026-03-01' AS due, 'en-US' AS locale, '2026-02-01T08:00:00Z' AS "consentAt"
                    then:
                      texts:
                        - to: $phone
                          text: "Invoice A-7 for one item is due on March 1, 2026: $5.00."
                    """));
        } finally {
            for (String id : ids) {
                Files.delete(sandbox.routes().resolve(id + ".camel.yaml"));
            }
            await().until(() -> ids.stream().allMatch(id -> camel.getRoute(id) == null));
            FileSystemUtils.deleteRecursively(sandbox.routes().resolve("mappings"));
            FileSystemUtils.deleteRecursively(sandbox.routes().resolve("templates"));
            sandbox.database().execute("DROP SCHEMA IF EXISTS shop CASCADE");
        }
    }

    @Test
    void everyShippedEventThatTextsHasOneOfEachKind() {
        var events = CaseCommand.files(Path.of("routes", "events")).stream()
                .filter(file -> contentOf(file).contains("-send"))
                .map(file -> file.getFileName().toString().replace(".camel.yaml", ""))
                .toList();

        assertThat(events)
                .allSatisfy(event -> assertThat(Path.of("routes", "cases", event))
                        .isDirectoryContaining("glob:**/success.yaml")
                        .isDirectoryContaining("glob:**/duplicate.yaml")
                        .isDirectoryContaining("glob:**/rejection.yaml")
                        .isDirectoryContaining("glob:**/outage.yaml"));
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void holds(Sandbox sandbox, Path file) throws IOException {
        CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, LONGEST);
    }
}
