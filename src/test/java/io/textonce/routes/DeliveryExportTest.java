package io.textonce.routes;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import org.junit.jupiter.api.Test;

@SandboxTest
class DeliveryExportTest {

    @Test
    void writesTheDeliveriesThatMatch(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21408));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var answer = sandbox.get("/api/deliveries/export.csv?eventId=" + id);

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/csv;charset=utf-8");
        assertThat(answer.body().lines().toList()).hasSize(2).first().asString().startsWith("id,event,event_id,");
        assertThat(answer.body())
                .contains("\"" + id + "\"", "\"rejected\"", "\"21408\"")
                .doesNotContain(number);
    }

    @Test
    void writesThoseOfANumberInABody(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var answer = sandbox.postJson("/api/deliveries/export.csv", "{\"phone\":\"" + number + "\"}");

        assertThat(answer.body().lines().toList()).hasSize(2).last().asString().contains(id);
    }

    @Test
    void lendsNoFormulaToASpreadsheet(Sandbox sandbox) {
        String id = "=HYPERLINK(\"\"evil\"\");=1+1;" + sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id.replace("\"", "\\\""), sandbox.newNumber()));

        var answer = sandbox.get("/api/deliveries/export.csv?from=2026-01-01&event=order-shipped");

        assertThat(answer.body())
                .contains("\"'=HYPERLINK(\"\"\"\"evil\"\"\"\")")
                .doesNotContain(",\"=", ",\"+", ",=", ";=");
    }

    @Test
    void writesManyPagesWhole(Sandbox sandbox) {
        String purpose = sandbox.newEventId();
        sandbox.database().update("""
                        INSERT INTO textonce.deliveries (id, event, event_id, payload_sha256, source, sender, purpose,
                            consent_at, phone_masked, phone_hash, on_unknown, status, attempt, attempted_at)
                        SELECT CAST(lpad(to_hex(CAST(extract(epoch FROM now()) * 1000 AS bigint)), 12, '0') || '7000'
                                || '8' || substr(md5(n::text), 1, 15) AS uuid), ?, 'e' || n, '', 'http', '+1', 'x', now(), '+*', '', 'drop',
                            'rejected', 1, now()
                        FROM generate_series(1, 1700) AS n
                        """, purpose);

        var answer = sandbox.get("/api/deliveries/export.csv?event=" + purpose);

        assertThat(answer.headers().firstValue("Content-Length")).isEmpty();
        assertThat(answer.body().lines().skip(1).map(line -> line.split(",")[2]).distinct())
                .hasSize(1700);
    }
}
