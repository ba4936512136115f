package io.textonce.console;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The nine tasks of an agent, each from the overview with at most four clicks. */
@ProductionTest
class SupportTasksTest {

    private static final int MOST_CLICKS = 4;

    @RegisterExtension
    static final Browser browser = new Browser();

    private static @Nullable Page page;

    private int clicks;

    @BeforeEach
    void begin(Sandbox sandbox) {
        if (page == null) {
            page = browser.operator(sandbox, 1280, 900, ColorScheme.LIGHT);
        }
        page.navigate(sandbox.uri("/").toString());
        clicks = 0;
    }

    @Test
    void findsAMessageByNationalNumber(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        order(sandbox, id, number, "");

        search("(" + number.substring(2, 5) + ") " + number.substring(5, 8) + "-" + number.substring(8));

        assertThat(page.locator(".facts").first().innerText()).contains(id);
        done("1-by-number");
    }

    @Test
    void listsWhatFailedTodayOfAnEventAndWhy(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21614));
        order(sandbox, id, number, "");

        click("Messages");
        page.locator(".filters [name=event]").fill("order-shipped");
        choose("status", "not_delivered");
        choose("since", "today");
        press("Filter");

        assertThat(page.locator(".texts").innerText()).contains(id, "not a mobile number");
        done("2-failed-today");
    }

    @Test
    void cancelsAReminder(Sandbox sandbox) {
        String id = sandbox.newEventId();
        order(sandbox, id, sandbox.newNumber(), ",\"sendAt\":\"" + Instant.now().plusSeconds(7200) + "\"");

        search(id);
        open("Cancel message…");
        page.getByLabel("Reason").fill("The customer called");
        press("Cancel message");

        assertThat(page.getByRole(AriaRole.STATUS).innerText()).contains("Message canceled");
        assertThat(sandbox.delivery(id)).containsEntry("status", "canceled");
        done("3-canceled");
    }

    @Test
    void resendsAMessage(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21408));
        order(sandbox, id, number, "");

        search(id);
        open("Resend…");
        page.getByLabel("Reason").fill("The country is enabled now");
        press("Resend");

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        done("4-resent");
    }

    @Test
    void tellsWhyAMessageWaitsOvernight(Sandbox sandbox) {
        // A zone where it is night, whenever this runs.
        String zone =
                List.of("Asia/Tokyo", "America/New_York", "Europe/London", "Pacific/Honolulu", "Asia/Dubai").stream()
                        .filter(place -> {
                            int hour = LocalTime.now(ZoneId.of(place)).getHour();
                            return hour >= 21 || hour < 7;
                        })
                        .findFirst()
                        .orElseThrow();
        String id = sandbox.newEventId();
        String at = Instant.now().plusSeconds(86_400 + 60).toString();
        sandbox.postAs(
                "clinic-token",
                "appointment-reminder",
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + sandbox.newNumber()
                        + "\",\"appointmentAt\":\"" + at + "\",\"timeZone\":\"" + zone
                        + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");

        search(id);

        assertThat(page.locator(".story").innerText())
                .contains("Held until", zone)
                .contains("for the recipient");
        done("5-overnight");
    }

    @Test
    void tellsWhetherAWebhookIsComplete(Sandbox sandbox) {
        click("Subscribers");

        assertThat(page.locator("main").innerText()).contains("sandbox", "Not received yet");
        assertThat(page.locator(".sign").allInnerTexts())
                .allMatch(List.of("Up to date", "Catching up", "Failing", "Suspended")::contains);
        done("6-webhook");
    }

    @Test
    void erasesAPerson(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        order(sandbox, sandbox.newEventId(), number, "");
        order(sandbox, id, number, "");
        sandbox.awaitStatus(id, "delivered");
        List.of("STOP", "START", "Thank you!")
                .forEach(words -> sandbox.twilio().receives(number, Peers.FROM_NUMBER, words));

        search(number.substring(2));
        open("All messages of +*******" + number.substring(8));
        page.waitForURL("**/people?n=*");
        assertThat(page.locator("main").innerText())
                .contains("Consents", "order-updates", id, "STOP", "START", "Reply");
        open("Erase this person’s data…");
        page.getByLabel("Reason").fill("Request of 26 November");
        press("Erase");

        assertThat(page.getByRole(AriaRole.STATUS).innerText()).contains("was erased");
        assertThat(sandbox.delivery(id)).containsEntry("phone_masked", "").containsEntry("phone", null);
        done("7-erased");
    }

    @Test
    void listsWhatWasRejectedInTheLastHour(Sandbox sandbox) {
        String id = sandbox.newEventId();
        order(sandbox, id, sandbox.newNumber(), ",\"ttl\":\"soon\"");
        await().until(() -> sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.rejected_events WHERE event_id = ?", Integer.class, id)
                == 1);

        click("Rejected events");
        choose("since", "1h");
        press("Filter");

        assertThat(page.locator(".texts").innerText()).contains(id, "ttl").doesNotContain("soon");
        done("8-rejected");
    }

    @Test
    void tellsWhoDidWhatAndWhoSawWhom(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        order(sandbox, id, number, ",\"sendAt\":\"" + Instant.now().plusSeconds(7200) + "\"");
        sandbox.send(HttpRequest.newBuilder(
                        sandbox.uri("/api/deliveries/" + sandbox.delivery(id).get("id") + "/cancel"))
                .header("Authorization", "Bearer support-token")
                .POST(BodyPublishers.ofString("{\"reason\":\"Note of " + id + "\"}")));
        search(number);
        clicks = 0;

        click("Audit log");
        page.locator(".filters [name=actor]").fill("support");
        choose("verb", "canceled");
        press("Filter");
        assertThat(page.locator(".texts").innerText()).contains("support", "Note of " + id);
        click("Audit log");
        assertThat(page.locator(".texts").innerText())
                .contains("searched", "viewed", number.substring(number.length() - 4))
                .doesNotContain(number.substring(2));
        done("9-audit");
    }

    private void search(String typed) {
        page.getByRole(AriaRole.SEARCHBOX).fill(typed);
        page.keyboard().press("Enter");
        page.waitForURL(url -> url.matches(".*/(deliveries/|search\\?).*"));
    }

    private void click(String link) {
        clicks++;
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(link).setExact(true))
                .first()
                .click();
        page.waitForLoadState();
    }

    private void choose(String field, String value) {
        clicks++;
        page.locator(".filters [name=" + field + "]").selectOption(value);
    }

    private void open(String summary) {
        clicks++;
        page.getByText(summary).click();
    }

    private void press(String button) {
        clicks++;
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(button).setExact(true))
                .click();
        page.waitForLoadState();
    }

    private void done(String name) {
        assertThat(clicks).as("clicks").isLessThanOrEqualTo(MOST_CLICKS);
        Browser.firstRows(page);
        assertThat(Browser.faults(page)).as("what axe finds").isEmpty();
        Browser.keep(page, "task-" + name);
    }

    private static void order(Sandbox sandbox, String id, String number, String more) {
        sandbox.postAs(
                "shop-token", "order-shipped", sandbox.orderShipped(id, number).replaceFirst("}$", more + "}"));
    }
}
