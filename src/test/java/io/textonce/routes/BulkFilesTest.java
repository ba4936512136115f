package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * routes/intake/intake-http-batch.camel.yaml, routes/console/file-results.camel.yaml and
 * routes/console/files.camel.yaml: arrays over HTTP, result files and progress.
 */
@SandboxTest
class BulkFilesTest {

    @Autowired
    private MeterRegistry meters;

    /** Older runs than any other, in a folder that this instance does not have. */
    private static final String RUNS_ELSEWHERE = """
            INSERT INTO textonce.file_runs (id, path, event, size, state, lines, results)
            SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, '/elsewhere/' || i, 'order-shipped', 9,
                'done', 1, '/elsewhere/done/' || i
            FROM generate_series(1, 20) i
            """;

    @Test
    void reportsWhatBecameOfEachLineAndAgainWhenItIsFinal(Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        String name = "results-" + id;
        String line = id + "," + number + ",1001,2026-06-02T09:00:00Z\n";
        double accepted = lines("accepted");
        double rejected = lines("rejected");
        sandbox.database().update(RUNS_ELSEWHERE);

        Path file = sandbox.drop(
                "order-shipped",
                name + ".csv",
                "eventId,phone,orderId,consentAt\n" + line + "=bad,nobody,1002,2026-06-02T09:00:00Z\n");
        Path results = file.resolveSibling("done").resolve(name + ".results.csv");
        await().until(() -> Files.exists(results));
        sandbox.awaitStatus(id, DELIVERED.word());

        String delivery = sandbox.delivery(id).get("id").toString();
        assertThat(Files.readAllLines(results))
                .startsWith("line,eventId,id,status,sid,reason")
                .anyMatch(row -> row.startsWith("2," + id + "," + delivery + ","))
                .anyMatch(row -> row.matches("3,'=bad,,rejected,,.*phone: must be an E.164 number.*"))
                .hasSize(3);
        Path last = results.resolveSibling(name + ".final.csv");
        // It is in place before the run's row names it.
        await().until(() -> run(sandbox, name).path("finalResults").asText().equals(last.toString()));
        assertThat(Files.readAllLines(last))
                .contains("2," + id + "," + delivery + ",delivered,"
                        + sandbox.delivery(id).get("message_sid") + ",")
                .hasSize(3);
        assertThat(lines("accepted")).isGreaterThan(accepted);
        assertThat(lines("rejected")).isGreaterThan(rejected);
        var run = run(sandbox, name);
        assertThat(run.path("state").asText()).isEqualTo("done");
        assertThat(run.path("lines").asInt()).isEqualTo(2);
        assertThat(run.path("accepted").asInt()).isEqualTo(1);
        assertThat(run.path("position").asLong())
                .isEqualTo(run.path("size").asLong())
                .isPositive();
        assertThat(run.path("results").asText()).isEqualTo(results.toString());
        assertThat(new PageClient(sandbox).get("/files").body()).contains(name + ".csv", "2, 1 rejected");
    }

    /** The number of the person whom a file is about may be its name; its folder and the end of the number find it. */
    @Test
    void isListedWithoutTheNumberInItsName(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String shown = "+*******" + number.substring(number.length() - 4);

        Path file = sandbox.drop("order-shipped", number + ".csv", "eventId,phone,orderId,consentAt\n,nobody,,\n");
        Path folder = file.resolveSibling("done");
        await().until(() -> Files.exists(folder.resolve(number + ".results.csv")));

        await().untilAsserted(() -> assertThat(
                        run(sandbox, shown).path("finalResults").asText())
                .isEqualTo(folder.resolve(shown + ".final.csv").toString()));
        assertThat(run(sandbox, shown).path("results").asText())
                .isEqualTo(folder.resolve(shown + ".results.csv").toString());
        assertThat(sandbox.get("/api/dead-letters?place=file").body())
                .contains("order-shipped/failed/" + shown)
                .doesNotContain(number);
    }

    /** A file that is gone, and whose run never ended, would be read for ever on the page. */
    @Test
    void staysUntilItsEndIsStored(Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String name = "end-" + id;
        sandbox.database()
                .execute("ALTER TABLE textonce.file_runs ADD CONSTRAINT busy CHECK (state <> 'done' OR path NOT LIKE '%"
                        + name + "%') NOT VALID");
        Path file;
        try {
            file = sandbox.drop(
                    "order-shipped",
                    name + ".csv",
                    "eventId,phone,orderId,consentAt\n" + id + "," + sandbox.newNumber()
                            + ",1001,2026-06-02T09:00:00Z\n");
            sandbox.awaitStatus(id, DELIVERED.word());
            await().until(() -> run(sandbox, name).path("state").asText().equals("stopped"));
            assertThat(file).exists();
        } finally {
            sandbox.database().execute("ALTER TABLE textonce.file_runs DROP CONSTRAINT busy");
        }

        await().until(() -> run(sandbox, name).path("state").asText().equals("done"));
        await().untilAsserted(() -> assertThat(file).doesNotExist());
    }

    @Test
    void isStoppedIfNobodyReadsItAnyMore(Sandbox sandbox) {
        String name = "killed-" + sandbox.newEventId();
        String path = "/elsewhere/order-shipped/" + name + ".csv";
        sandbox.database()
                .update(
                        "INSERT INTO textonce.file_runs (id, path, event, size)"
                                + " VALUES ('ffffffff-0000-0000-0000-000000000000', ?, 'order-shipped', 9)",
                        path);
        try {
            sandbox.database().update("INSERT INTO textonce.file_locks VALUES (?, gen_random_uuid(), now())", path);
            assertThat(run(sandbox, name).path("state").asText()).isEqualTo("reading");

            sandbox.database()
                    .update(
                            "UPDATE textonce.file_locks SET refreshed_at = now() - interval '1 h' WHERE path = ?",
                            path);

            assertThat(run(sandbox, name).path("state").asText()).isEqualTo("stopped");
        } finally {
            sandbox.database().update("DELETE FROM textonce.file_locks WHERE path = ?", path);
            sandbox.database().update("DELETE FROM textonce.file_runs WHERE path = ?", path);
        }
    }

    @Test
    void marksADuplicateInTheResults(Sandbox sandbox) throws IOException {
        var order = sandbox.order().post().await(DELIVERED);
        Path file = sandbox.drop(
                "order-shipped",
                "again-" + order.eventId() + ".jsonl",
                sandbox.orderShipped(order.eventId(), order.number()) + "\n");

        Path results = file.resolveSibling("done").resolve("again-" + order.eventId() + ".results.csv");
        await().until(() -> Files.exists(results));
        assertThat(Files.readAllLines(results).get(1)).endsWith("duplicate");
    }

    /** A program that waits for the final results of each file must not wait for ever. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eventId,phone,orderId,consentAt;bad,nobody,1002,2026-06-02T09:00:00Z | 2,bad,,rejected",
                "eventId,phone;bad,nobody                                             | 1,,,rejected",
            })
    void writesFinalResultsOfAFileWithoutAMessage(String content, String row, Sandbox sandbox) throws IOException {
        String name = "none-" + sandbox.newEventId();

        Path file = sandbox.drop("order-shipped", name + ".csv", content.replace(";", "\n") + "\n");

        Path last = file.resolveSibling("done").resolve(name + ".final.csv");
        await().until(() -> Files.exists(last));
        assertThat(Files.readAllLines(last)).hasSize(2).last().asString().startsWith(row);
    }

    @Test
    void answersEachEventOfAnArray(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String good = sandbox.orderShipped(id, sandbox.newNumber());
        String bad =
                sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()).replace("https://", "http://");

        var answer = sandbox.postJson("/api/order-shipped-sms/batch", "[" + good + "," + bad + ",17]");

        assertThat(answer.statusCode()).isEqualTo(200);
        var answers = sandbox.json(answer);
        assertThat(answers.findValuesAsText("status")).hasSizeGreaterThanOrEqualTo(3);
        assertThat(answers.get(0).path("status").asInt()).isEqualTo(202);
        assertThat(answers.get(0).at("/body/accepted").asBoolean()).isTrue();
        assertThat(answers.get(1).path("status").asInt()).isEqualTo(400);
        assertThat(answers.get(1).at("/body/details/trackingUrl").isArray()).isTrue();
        assertThat(answers.get(2).path("status").asInt()).isEqualTo(400);
        sandbox.awaitStatus(id, DELIVERED.word());
        var again = sandbox.json(sandbox.postJson("/api/order-shipped-sms/batch", "[" + good + "]"));
        assertThat(again.get(0).path("status").asInt()).isEqualTo(200);
        assertThat(again.get(0).at("/body/duplicate").asBoolean()).isTrue();
    }

    @Test
    void rejectsWhatIsNoArrayOfEventsAsAWhole(Sandbox sandbox) {
        String many = "["
                + String.join(",", IntStream.range(0, 101).mapToObj(i -> "{}").toList()) + "]";

        for (String body : List.of("[]", "{}", "[", many)) {
            assertThat(sandbox.postJson("/api/order-shipped-sms/batch", body).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(sandbox.postJson("/api/nothing-sms/batch", "[{}]").statusCode())
                .isEqualTo(404);
    }

    private double lines(String outcome) {
        return meters.counter("textonce.file.lines", "outcome", outcome).count();
    }

    private static JsonNode run(Sandbox sandbox, String name) {
        return StreamSupport.stream(
                        sandbox.json(sandbox.get("/api/files")).path("files").spliterator(), false)
                .filter(run -> run.path("name").asText().equals(name + ".csv"))
                .findFirst()
                .orElseThrow();
    }
}
