package io.textonce.console;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How an agent works with the support page: searches, filters, actions, and what stays where it is. */
@ProductionTest
class SupportDeskTest {

    @RegisterExtension
    static final Browser browser = new Browser();

    private static @Nullable Page page;

    @BeforeEach
    void logIn(Sandbox sandbox) {
        if (page == null) {
            page = browser.operator(sandbox, 1280, 900, ColorScheme.LIGHT);
        }
        page.navigate(sandbox.uri("/").toString());
    }

    @Test
    void goesBackToASearchByNumberReloadsItAndShowsNoNumber(Sandbox sandbox) {
        String number = sandbox.newNumber();
        order(sandbox, sandbox.newEventId(), number);
        order(sandbox, sandbox.newEventId(), number);

        search(national(number));
        page.waitForURL("**/search?n=*");
        String address = page.url();
        page.locator(".texts a").first().click();
        page.waitForURL("**/deliveries/*");
        page.goBack();
        page.waitForURL(address);
        page.reload();

        assertThat(page.locator(".texts tbody tr").count()).isEqualTo(2);
        assertThat(page.getByRole(AriaRole.SEARCHBOX).inputValue())
                .isEqualTo("(***) ***-" + number.substring(number.length() - 4));
        assertThat(address + page.content() + page.title())
                .doesNotContain(number.substring(2), national(number), number.substring(5));
        page.getByRole(AriaRole.SEARCHBOX).press("Enter");
        page.waitForURL("**/search?n=*");
        assertThat(page.locator(".texts tbody tr").count()).isEqualTo(2);
        page.getByText("All messages of +*******" + number.substring(8)).click();
        page.waitForURL("**/people?n=*");
        assertThat(page.locator("main").innerText()).contains("Consents", "order-updates", "Erase this person’s data");
    }

    @Test
    void searchesATextWithACharacterThatNoIdHas(Sandbox sandbox) {
        page.navigate(sandbox.uri("/search?q=nothing%00here").toString());

        assertThat(page.locator("main").innerText()).contains("Nothing found");
    }

    @ParameterizedTest
    @CsvSource({
        "+447700910600, 07700 910600",
        "+447700910601, 0044 7700 910601",
        "+14155552600, (415) 555-2600",
        "+14155552601, 4155552601"
    })
    void findsAMessageByItsNumberAsItIsWritten(String number, String typed, Sandbox sandbox) {
        String id = sandbox.newEventId();
        order(sandbox, id, number);

        search(typed);

        page.waitForURL("**/deliveries/*");
        assertThat(page.locator(".facts").innerText()).contains(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "order %s", "Order #%s", "ORDER-%s", "order-%s-ship"})
    void findsAMessageByItsOrderAndByTheBeginningOfItsEventIdInAnyCase(String typed, Sandbox sandbox) {
        String order = UUID.randomUUID().toString().substring(0, 8);
        String id = "Order-" + order + "-Shipped";
        order(sandbox, id, sandbox.newNumber(), order);

        search(typed.formatted(order));

        page.waitForURL("**/deliveries/*");
        assertThat(page.locator(".facts").innerText()).contains(id, order);
    }

    @ParameterizedTest
    @ValueSource(strings = {"event_id", "reference"})
    void readsAnIndexForTheBeginningOfAnId(String column, Sandbox sandbox) {
        String plan = sandbox.database().execute((java.sql.Connection connection) -> {
            try (var statement = connection.createStatement()) {
                statement.execute("SET enable_seqscan = off");
                try (var rows = statement.executeQuery("""
                        EXPLAIN (FORMAT JSON) SELECT id FROM textonce.deliveries
                        WHERE %1$s IS NOT NULL AND lower(%1$s) COLLATE "C" >= 'ord' AND lower(%1$s) COLLATE "C" < 'ore'
                        """.formatted(column))) {
                    rows.next();
                    return rows.getString(1);
                } finally {
                    statement.execute("RESET enable_seqscan");
                }
            }
        });

        assertThat(plan).contains("deliveries_" + column + "_prefix_idx", "Index Cond");
    }

    @Test
    void filtersByDaysOfTheViewersZoneTheLastOneIncluded(Sandbox sandbox) {
        String id = sandbox.newEventId();
        order(sandbox, id, sandbox.newNumber());
        String today = LocalDate.now(ZoneId.of("Europe/Berlin")).toString();

        page.navigate(sandbox.uri("/deliveries").toString());
        page.getByLabel("From").fill(today);
        page.getByLabel("To (inclusive)").fill(today);
        button("Filter").click();

        assertThat(page.url()).contains("zone=Europe%2FBerlin", "until=" + today);
        assertThat(page.locator(".texts").innerText()).contains(id);
        page.getByLabel("Period").selectOption("today");
        page.getByLabel("From").fill("");
        page.getByLabel("To (inclusive)").fill("");
        button("Filter").click();
        assertThat(page.url()).contains("since=today");
        assertThat(page.locator(".texts").innerText()).contains(id);
        assertThat(page.locator("select[name=status] option").allInnerTexts())
                .contains("Failed", "read", "sending", "accepted");
    }

    @Test
    void keepsTheFocusWhereItIsAndSaysWhenItIsNotUpToDate(Sandbox sandbox) {
        page.waitForLoadState();
        var link = page.locator(".tile a").first();
        link.focus();

        refresh(page);
        assertThat(page.evaluate("document.activeElement.closest('.tile') !== null"))
                .isEqualTo(true);

        page.route("**/overview", Route::abort);
        page.evaluate("htmx.trigger('#live', 'refresh')");
        page.getByText("Not up to date").waitFor();
        page.unroute("**/overview");
        refresh(page);
        page.getByText("Not up to date")
                .waitFor(new Locator.WaitForOptions()
                        .setState(com.microsoft.playwright.options.WaitForSelectorState.HIDDEN));
    }

    @Test
    void confirmsAnActionAndTellsWhatWasDone(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, refuses(21408));
        order(sandbox, id, number);

        search(id);
        page.waitForURL("**/deliveries/*");
        page.getByText("Resend…").click();
        page.getByLabel("Reason").fill("The country is enabled now");
        button("Resend").click();
        page.getByRole(AriaRole.STATUS).waitFor();

        assertThat(page.getByRole(AriaRole.STATUS).innerText()).isEqualTo("Message resent. It is being sent again.");
        assertThat(page.locator(".story").innerText())
                .contains("support resent the message", "Note: The country is enabled now");
        assertThat(page.locator(".hero").innerText()).doesNotContain("The country is enabled now");
        sandbox.awaitStatus(id, "delivered");
        page.navigate(page.url().replaceFirst("\\?.*", "?done=drop"));
        assertThat(page.getByRole(AriaRole.STATUS).count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {21610, 21211, 21614})
    void offersNoResendThatWouldOnlyBeRejectedAgain(int code, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, refuses(code));
        order(sandbox, id, number);

        search(id);
        page.waitForURL("**/deliveries/*");

        assertThat(page.getByText("Resend…").count()).isZero();
        assertThat(page.locator(".next").innerText()).contains("can’t be resent");
        var answer = sandbox.send(HttpRequest.newBuilder(
                        sandbox.uri("/api/deliveries/" + sandbox.delivery(id).get("id") + "/resend"))
                .header("Authorization", "Bearer support-token")
                .POST(BodyPublishers.ofString("{\"reason\":\"try\"}")));
        assertThat(answer.statusCode()).isEqualTo(409);
    }

    @Test
    void givesAReasonInWordsAndNotInNamesOfClasses(Sandbox sandbox) {
        Map.of(resets(), "The connection to Twilio was lost", answers(502), "502")
                .forEach((fault, reason) -> {
                    String number = sandbox.newNumber();
                    String id = sandbox.newEventId();
                    sandbox.twilio().forNumber(number, 1, fault);
                    order(sandbox, id, number);

                    search(id);
                    page.locator("dd.id").getByText(id).waitFor();

                    assertThat(page.locator(".story").innerText())
                            .contains(reason)
                            .doesNotContain("Exception", "null");
                });
    }

    @Test
    void showsTheSameHoursInChartTableAndListOfTheDay(Sandbox sandbox) {
        order(sandbox, sandbox.newEventId(), sandbox.newNumber());
        page.navigate(sandbox.uri("/").toString());
        page.getByText("View as table").click();

        assertThat(page.locator(".tile .figure a").first().getAttribute("href")).isEqualTo("/deliveries?since=24h");
        assertThat(page.locator("[data-hours]").innerText()).isEqualTo("Hour");
        assertThat(hours(".chart text[data-hour]")).isNotEmpty().allSatisfy(SupportDeskTest::isOfBerlin);
        assertThat(hours("th[data-hour]")).isNotEmpty().allSatisfy(SupportDeskTest::isOfBerlin);
    }

    /** Returns the shown hours, each behind its instant. */
    @SuppressWarnings("unchecked")
    private static List<String> hours(String selector) {
        return (List<String>) page.locator(selector)
                .evaluateAll("all => all.map(one => one.getAttribute('data-hour') + ' ' + one.textContent)");
    }

    private static void isOfBerlin(String hour) {
        String[] parts = hour.split(" ");
        assertThat(parts[1])
                .isEqualTo(Instant.parse(parts[0])
                        .atZone(ZoneId.of("Europe/Berlin"))
                        .toLocalTime()
                        .toString());
    }

    @Test
    void leadsFromABundledIncidentToItsMessageAndSaysWhenThereIsNoneYet(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String first = sandbox.newEventId();
        String second = idWithoutDigits(sandbox);
        incident(sandbox, first, number);
        incident(sandbox, second, number);

        search(second);
        page.waitForURL("**/search?q=*");
        assertThat(page.locator("main").innerText()).contains("waiting to be sent together with others");
        sandbox.database().update("""
                        UPDATE textonce.incident_alerts SET message_id = (
                            SELECT message_id FROM textonce.incident_alerts WHERE incident_id = ?)
                        WHERE incident_id = ?
                        """, first, second);
        search(second);
        page.waitForURL("**/deliveries/*");
        assertThat(page.locator(".facts").first().innerText()).contains("incident-alert");
    }

    private static void incident(Sandbox sandbox, String id, String number) {
        sandbox.postAs(
                "support-token",
                "incident-alert",
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                        + "\",\"incident\":\"INC-" + id.substring(5, 13)
                        + "\",\"title\":\"Disk is full\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");
    }

    @Test
    void countsTheMessagesOfAFilter(Sandbox sandbox) {
        order(sandbox, sandbox.newEventId(), sandbox.newNumber());

        page.navigate(sandbox.uri("/deliveries?since=24h&event=order-shipped").toString());

        long many = sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce.deliveries WHERE event = 'order-shipped'", Long.class);
        assertThat(page.locator(".zone").innerText()).startsWith(many + " messages, ");
    }

    @Test
    void filtersByCountrySenderReasonAndIdsAndActsOnWhatIsLeft(Sandbox sandbox) {
        var ids = List.of(sandbox.newEventId(), sandbox.newEventId(), sandbox.newEventId());
        for (String id : ids) {
            String number = id.equals(ids.get(2)) ? "+447700910611" : sandbox.newNumber();
            sandbox.twilio().forNumber(number, 1, refuses(21408));
            order(sandbox, id, number);
        }

        page.navigate(sandbox.uri("/deliveries").toString());
        page.getByText("More filters").click();
        page.getByLabel("Country").fill("us");
        page.getByLabel("Sender").fill(Peers.FROM_NUMBER);
        page.getByLabel("Reason contains").fill("COUNTRY");
        page.getByLabel("IDs").fill(String.join(", ", ids));
        button("Filter").click();
        page.waitForURL(url -> url.contains("country=us"));
        assertThat(page.locator(".texts").innerText())
                .contains(ids.get(0), ids.get(1))
                .doesNotContain(ids.get(2));
        assertThat(page.locator(".zone").innerText()).startsWith("2 messages, 2 segments");
        assertThat(page.getByLabel("Country").inputValue()).isEqualTo("us");

        button("Preview…").click();
        page.waitForURL(url -> url.contains("/bulk/preview?"));
        assertThat(page.locator(".figure").allInnerTexts()).containsExactly("2", "2", "2");
        page.getByLabel("Reason").fill("The country is enabled now");
        button("Resend 2 messages").click();
        page.waitForURL("**/bulk/*-*");
        button("Undo").click();
        page.waitForLoadState();

        assertThat(page.locator("#live").innerText()).contains("Undone by support");
        assertThat(sandbox.delivery(ids.get(0))).containsEntry("status", "rejected");
        assertThat(Browser.faults(page)).isEmpty();
    }

    @Test
    void replaysToASubscriberByTheEnterKeyOfItsTime(Sandbox sandbox) {
        page.navigate(sandbox.uri("/subscribers").toString());
        page.getByText("Replay to sandbox…").click();
        page.locator("#w-sandbox").fill("It lost some");
        page.locator("#f-sandbox").fill("2026-01-01T10:00");
        page.locator("#f-sandbox").press("Enter");
        page.getByRole(AriaRole.STATUS).waitFor();

        // Ten o'clock in the browser's Berlin.
        assertThat(page.getByRole(AriaRole.STATUS).innerText()).contains("replay from 2026-01-01T09:00:00Z");
    }

    @Test
    void showsTheExchangeWithTwilioAttemptByAttempt(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, refuses(21408));
        order(sandbox, id, number);
        sandbox.send(HttpRequest.newBuilder(
                        sandbox.uri("/api/deliveries/" + sandbox.delivery(id).get("id") + "/resend"))
                .header("Authorization", "Bearer support-token")
                .POST(BodyPublishers.ofString("{\"reason\":\"try\"}")));
        sandbox.awaitStatus(id, "delivered");

        search(id);
        page.waitForURL("**/deliveries/*");

        String calls = page.locator(".calls").innerText();
        assertThat(calls).contains("HTTP 400", "21408", "HTTP 201", " ms");
        assertThat(calls).containsPattern("RQ[0-9a-f]{32}");
        assertThat(page.locator(".card:has(.calls) .pairs").innerText())
                .contains("From", Peers.FROM_NUMBER, "segment, not shown")
                .doesNotContain(number);
        assertThat(Browser.faults(page)).isEmpty();
    }

    @Test
    void showsAPlannedMessageAsScheduledAndNotAsAWarning(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String planned = sandbox.orderShipped(id, sandbox.newNumber())
                .replaceFirst("}$", ",\"sendAt\":\"" + java.time.Instant.now().plusSeconds(7200) + "\"}");
        sandbox.postAs("shop-token", "order-shipped", planned);

        search(id);
        page.waitForURL("**/deliveries/*");

        assertThat(page.locator("h1").innerText()).isEqualTo("Scheduled");
        assertThat(page.locator(".hero").getAttribute("class")).contains("way").doesNotContain("wait");
        assertThat(page.locator(".story").innerText()).contains("sendAt");
    }

    /** An id with a run of digits could be a number, which a search keeps out of its address. */
    private static String idWithoutDigits(Sandbox sandbox) {
        return sandbox.newEventId().replaceAll("[0-9]", "x");
    }

    @Test
    void listsARejectedEventWithFieldAndReasonButNoValue(Sandbox sandbox) {
        String id = idWithoutDigits(sandbox);
        String number = sandbox.newNumber();
        sandbox.postAs(
                "shop-token",
                "order-shipped",
                sandbox.orderShipped(id, number).replace("https://example.com", "http://secret.example.com"));

        await().untilAsserted(() -> {
            page.navigate(sandbox.uri("/rejected?since=1h&client=shop").toString());
            assertThat(page.locator("main").innerText()).contains(id);
        });
        assertThat(page.locator("main").innerText()).contains("trackingUrl", "must be an https URL", "shop");
        search(number);
        page.waitForURL("**/search?n=*");
        assertThat(page.locator("main").innerText()).contains("Rejected on receipt", id);
        search(id.toUpperCase(java.util.Locale.ROOT).substring(0, 20));
        page.waitForURL("**/search?q=*");
        assertThat(page.locator("main").innerText()).contains("Rejected on receipt", id);
        assertThat(page.content()).doesNotContain(number.substring(2), "secret.example.com");
        assertThat(Browser.faults(page)).isEmpty();
    }

    @Test
    void hasFieldsAndBarsThatStandOutFromTheirGround(Sandbox sandbox) {
        order(sandbox, sandbox.newEventId(), sandbox.newNumber());
        for (var scheme : ColorScheme.values()) {
            if (scheme == ColorScheme.NO_PREFERENCE) {
                continue;
            }
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            assertThat((Double) page.evaluate(CONTRAST))
                    .as("least contrast, %s", scheme)
                    .isGreaterThanOrEqualTo(3.0);
        }
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    }

    /** Least contrast (WCAG 2.2) of a field's border and of the chart's colors with what is around them. */
    private static final String CONTRAST = """
            () => {
                const style = getComputedStyle(document.documentElement);
                const light = color => {
                    const [r, g, b] = color.trim().match(/[0-9a-f]{2}/gi).map(hex => parseInt(hex, 16) / 255)
                        .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
                    return .2126 * r + .7152 * g + .0722 * b;
                };
                const contrast = (one, other) => {
                    const [a, b] = [one, other].map(name => light(style.getPropertyValue(name))).sort((x, y) => y - x);
                    return (a + .05) / (b + .05);
                };
                return Math.min(...['--b-delivered', '--b-underway', '--b-waiting', '--b-failed', '--b-canceled', '--field']
                    .map(name => contrast(name, '--card')), contrast('--field', '--page'));
            }""";

    private static void refresh(Page page) {
        page.waitForResponse(
                response -> response.url().endsWith("/overview") && response.status() == 200,
                () -> page.evaluate("htmx.trigger('#live', 'refresh')"));
    }

    private static void search(String typed) {
        page.getByRole(AriaRole.SEARCHBOX).fill(typed);
        page.keyboard().press("Enter");
    }

    private static Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** The number as it is written in its country: (555) 100-0000. */
    private static String national(String number) {
        return "(" + number.substring(2, 5) + ") " + number.substring(5, 8) + "-" + number.substring(8);
    }

    private static void order(Sandbox sandbox, String id, String number) {
        order(sandbox, id, number, "1001");
    }

    private static void order(Sandbox sandbox, String id, String number, String order) {
        sandbox.postAs(
                "shop-token",
                "order-shipped",
                sandbox.orderShipped(id, number).replace("\"orderId\":\"1001\"", "\"orderId\":\"" + order + "\""));
    }
}
