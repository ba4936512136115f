package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The audit log has what is looked up and erased over the API, as it has what operators do on the pages. */
@SandboxTest
class ApiAuditTest {

    @Test
    void recordsLookUpsOfAPersonAndOfAMessage(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED);

        sandbox.postJson(
                "/api/deliveries/search", "{\"phone\":\"" + order.number() + "\",\"event\":\"order-shipped\"}");
        sandbox.get("/api/deliveries/" + order.delivery().get("id"));
        sandbox.get("/api/deliveries/export.csv?ids=" + order.eventId());
        sandbox.get("/api/rejected-events?eventId=" + order.eventId());

        byte[] hash = sandbox.phoneHash(order.number());
        assertThat(entries(sandbox, "phone_hash = ?", hash))
                .extracting(entry -> entry.get("verb") + " " + entry.get("detail"))
                .containsExactlyInAnyOrder(
                        "searched messages over the API: event order-shipped", "viewed over the API");
        assertThat(entries(sandbox, "detail LIKE ?", "%" + order.eventId()))
                .extracting(entry -> entry.get("verb") + " " + entry.get("detail"))
                .containsExactlyInAnyOrder(
                        "exported messages over the API: ids " + order.eventId(),
                        "searched rejected events over the API: eventId " + order.eventId());
        assertThat(entries(sandbox, "phone_hash = ?", hash).toString())
                .doesNotContain(order.number().substring(2));
    }

    @Test
    void recordsAnErasureAndKeepsNoHashOfThePerson(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED);
        byte[] hash = sandbox.phoneHash(order.number());

        sandbox.request("DELETE", "/api/people", "{\"phone\":\"" + order.number() + "\"}");

        String masked = "+*******" + order.number().substring(8);
        assertThat(entries(sandbox, "phone_masked = ?", masked))
                .anySatisfy(entry -> assertThat(entry)
                        .containsEntry("verb", "erased")
                        .containsEntry("actor", "sandbox")
                        .containsEntry("detail", "over the API"));
        assertThat(entries(sandbox, "phone_hash = ?", hash)).isEmpty();
    }

    private static List<Map<String, Object>> entries(Sandbox sandbox, String condition, Object value) {
        return sandbox.database()
                .queryForList("SELECT * FROM textonce.audit_entries WHERE " + condition + " ORDER BY id", value);
    }
}
