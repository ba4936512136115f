package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.SUPPRESSED;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.RecipientMode;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** An environment in which only a few numbers and countries get messages. */
@SandboxTest
@TestPropertySource(
        properties = {
            "textonce.recipients=only:+1555,+49",
            "textonce.countries.denied=DE,premium",
            "textonce.verify.countries=US",
        })
class RecipientGuardsTest {

    @Test
    void sendsToThoseWhoAreListed(Sandbox sandbox) {
        var order = sandbox.order().post();

        assertThat(order.messages()).extracting(TwilioMessage::to).containsExactly(order.number());
    }

    @Test
    void suppressesTheOthersForGood(Sandbox sandbox) {
        String id = sandbox.newEventId();

        var first = sandbox.post("order-shipped", sandbox.orderShipped(id, "+14155552671"));
        var second = sandbox.post("order-shipped", sandbox.orderShipped(id, "+14155552671"));

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(sandbox.json(first).get("status").asText()).isEqualTo("suppressed");
        assertThat(sandbox.json(second).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.twilio().sentTo("+14155552671")).isEmpty();
        assertThat(sandbox.timeline(id))
                .singleElement()
                .satisfies(entry -> assertThat(entry)
                        .containsEntry("new_status", "suppressed")
                        .containsEntry("detail", "Not sent: textonce.recipients excludes this number"));
    }

    /** As in a copy of a production database, whose held messages are due. */
    @Test
    void suppressesWhatWasAcceptedElsewhere(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, Fault.refuses(21611)).post().await(HELD);
        sandbox.database()
                .update("UPDATE textonce.deliveries SET phone = '+14155552672' WHERE event_id = ?", order.eventId());

        order.makeDue().await(SUPPRESSED);

        assertThat(sandbox.twilio().sentTo("+14155552672")).isEmpty();
    }

    @Test
    void rejectsACountryThatIsDenied(Sandbox sandbox) {
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), "+4915112345678"));

        assertThatProblem(answer).is(422, "country_not_allowed");
        assertThat(sandbox.twilio().sentTo("+4915112345678")).isEmpty();
    }

    @Test
    void sendsCodesOnlyWhereTheyAreAllowed(Sandbox sandbox) {
        var abroad = sandbox.postJson("/api/verify/start", "{\"phone\":\"+33612345678\"}");
        var spared = sandbox.postJson("/api/verify/start", "{\"phone\":\"+14155552671\"}");
        var listed = sandbox.postJson("/api/verify/start", "{\"phone\":\"" + sandbox.newNumber() + "\"}");

        assertThatProblem(abroad).is(422, "country_not_allowed");
        assertThatProblem(spared).is(422, "recipient_not_allowed");
        assertThat(listed.statusCode()).as(listed.body()).isEqualTo(202);
    }

    @Test
    void showsOnEachPageAndInHealthWhoGetsMessages(Sandbox sandbox) {
        for (String page : new String[] {"/", "/deliveries"}) {
            assertThat(sandbox.get(page).body()).as(page).contains("Messages go only to listed numbers (2)");
        }
        assertThat(sandbox.context().getBean(RecipientMode.class).health().getDetails())
                .containsEntry("mode", "Messages go only to listed numbers (2)");
    }
}
