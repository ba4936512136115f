package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Order;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A bulk action by the pages and by the route of bulk-run.camel.yaml. */
@SandboxTest
class BulkRunTest {

    @Test
    void resendsWhatAFilterMatchesAfterItsConfirmation(Sandbox sandbox) {
        var pages = new PageClient(sandbox);
        var one = rejected(sandbox);
        var other = rejected(sandbox);
        var bystander = rejected(sandbox);
        String filter = "action=resend&status=not_delivered&ids=" + one.eventId() + "," + other.eventId();

        var preview = pages.get("/bulk/preview?" + filter);
        assertThat(preview.body()).contains("Segments", "Nothing. The rules are checked again");
        assertThat(PageClient.field(preview, "many")).isEqualTo("2");
        String id = PageClient.field(preview, "id");
        String confirmation = filter + "&many=2&why=The+country+is+enabled&id=" + id;
        pages.post("/bulk", confirmation);
        var page = pages.post("/bulk", confirmation);
        assertThat(page.uri()).hasPath("/bulk/" + id);
        assertThat(page.body()).contains("Undo", "The country is enabled");
        sandbox.database()
                .update("UPDATE textonce.bulk_actions SET starts_at = now() WHERE id = ?", UUID.fromString(id));

        one.await(DELIVERED);
        other.await(DELIVERED);
        assertThat(one.messages()).hasSize(1);
        assertThat(bystander.delivery()).containsEntry("status", "rejected");
        assertThat(pages.get("/bulk").body()).contains("/bulk/" + id);
        assertThat(pages.get("/audit?verb=resent").body()).contains("2 messages, filter: Failed");
    }

    @Test
    void rejectsAnActionWithoutAFilterAReasonOrAName(Sandbox sandbox) {
        var pages = new PageClient(sandbox);
        String filter = "action=resend&status=rejected&ids=" + rejected(sandbox).eventId();

        var open = pages.get("/bulk/preview?action=drop");
        var unknown = pages.get("/bulk/preview?action=explode&status=held");
        var preview = pages.get("/bulk/preview?" + filter);
        var silent = pages.post("/bulk", filter + "&many=1&why=+&id=" + PageClient.field(preview, "id"));
        var grown = pages.post("/bulk", filter + "&many=0&why=more&id=" + PageClient.field(preview, "id"));

        assertThat(open.statusCode()).isEqualTo(400);
        assertThat(open.body()).contains("Filter the messages first");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(silent.statusCode()).isEqualTo(400);
        assertThat(silent.body()).contains("reason: is required");
        assertThat(grown.body()).contains("More messages match now");
        assertThat(pages.get("/bulk/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
    }

    private static Order rejected(Sandbox sandbox) {
        return sandbox.order().meeting(1, refuses(21408)).post().await(REJECTED);
    }
}
