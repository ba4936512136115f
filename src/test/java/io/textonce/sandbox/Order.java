package io.textonce.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.DeliveryStatus;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One order-shipped event with an id and a number that no other test uses, and what has come of it.
 *
 * <pre>{@code
 * var order = sandbox.order().meeting(1, refuses(21611)).post().await(HELD).makeDue().await(DELIVERED);
 * assertThat(order.messages()).hasSize(1);
 * }</pre>
 */
public final class Order {

    private final Sandbox sandbox;
    private final String eventId;
    private final String number;
    private String more = "";
    private @Nullable HttpResponse<String> answer;

    Order(Sandbox sandbox) {
        this.sandbox = sandbox;
        this.eventId = sandbox.newEventId();
        this.number = sandbox.newNumber();
    }

    public String eventId() {
        return eventId;
    }

    public String number() {
        return number;
    }

    /** Twilio has this fault for every create to its number. */
    public Order meeting(Fault fault) {
        sandbox.twilio().forNumber(number, fault);
        return this;
    }

    /** Twilio has this fault for the next creates to its number. */
    public Order meeting(int creates, Fault fault) {
        sandbox.twilio().forNumber(number, creates, fault);
        return this;
    }

    /** The event has one more field. */
    public Order with(String field, String value) {
        more += ",\"" + field + "\":\"" + value + "\"";
        return this;
    }

    public String json() {
        return sandbox.orderShipped(eventId, number).replaceFirst("}$", more + "}");
    }

    /** Posts it, for the first time or again. */
    public Order post() {
        answer = sandbox.post("order-shipped", json());
        return this;
    }

    /** What the last post was answered. */
    public HttpResponse<String> answer() {
        if (answer == null) {
            throw new IllegalStateException("It was not posted yet");
        }
        return answer;
    }

    public JsonNode answerJson() {
        return sandbox.json(answer());
    }

    /** Waits until its delivery has a status. */
    public Order await(DeliveryStatus status) {
        sandbox.awaitStatus(eventId, status.word());
        return this;
    }

    public Order makeDue() {
        return update("due_at = now()");
    }

    /** As if it had been claimed, and its outcome been unknown, for so much longer, and as if it were due. */
    public Order age(Duration by) {
        return update(
                "due_at = now(), attempted_at = attempted_at - CAST(? AS interval),"
                        + " unknown_since = unknown_since - CAST(? AS interval)",
                by.toString(),
                by.toString());
    }

    /** Changes its row. */
    public Order update(String columns, Object... values) {
        var parameters = new Object[values.length + 1];
        System.arraycopy(values, 0, parameters, 0, values.length);
        parameters[values.length] = eventId;
        sandbox.database().update("UPDATE textonce.deliveries SET " + columns + " WHERE event_id = ?", parameters);
        return this;
    }

    /** What an operator asks for, with a reason. */
    public HttpResponse<String> act(String action, String reason) {
        return sandbox.postJson(
                "/api/deliveries/" + delivery().get("id") + "/" + action, "{\"reason\":\"" + reason + "\"}");
    }

    /** Its delivery as the table holds it. */
    public Map<String, Object> delivery() {
        return sandbox.delivery(eventId);
    }

    public List<Map<String, Object>> timeline() {
        return sandbox.timeline(eventId);
    }

    /** What Twilio has for its number. */
    public List<TwilioMessage> messages() {
        return sandbox.twilio().sentTo(number);
    }

    /** How many creates for its number Twilio has seen, with whatever answer. */
    public long posts() {
        return sandbox.twilio().postsTo(number).size();
    }
}
