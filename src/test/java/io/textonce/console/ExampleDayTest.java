package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import io.textonce.sandbox.ExampleDay;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The sandbox's example day, and every page with it: at each width, light, dark and in print. */
@SandboxTest
class ExampleDayTest {

    private static final List<String> PAGES = List.of(
            "/",
            "/deliveries?since=24h",
            "/deliveries?status=not_delivered",
            "/rejected",
            "/subscribers",
            "/ledger",
            "/audit");

    @Autowired
    private ProducerTemplate routes;

    @Test
    void fillsEveryPageAndAxeFindsNothingOnAny(Sandbox sandbox) {
        new ExampleDay(sandbox.uri("/"), sandbox.peers(), day -> routes.sendBody("direct:ledger-compare-day", day))
                .fill();
        await().until(() -> sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.rejected_events WHERE event = 'order-shipped' AND source = 'file'"
                                        + " AND field = 'phone'",
                                Integer.class)
                > 0);

        assertThat(sandbox.database().queryForObject("""
                        SELECT count(DISTINCT date_trunc('hour', created_at)) FROM textonce.deliveries
                        WHERE event_id ~ '^order-[0-9]+-shipped$'
                        """, Integer.class)).isGreaterThan(12);
        assertThat(sandbox.database().queryForList("""
                        SELECT DISTINCT status FROM textonce.deliveries WHERE event_id ~ '^order-[0-9]+-shipped$'
                        """, String.class))
                .contains("delivered", "undelivered", "rejected", "held");
        try (var browser = new Browser()) {
            look(browser.open(1280, 900, ColorScheme.LIGHT), "1280", sandbox);
            look(browser.open(768, 900, ColorScheme.DARK), "768-dark", sandbox);
            look(browser.open(360, 800, ColorScheme.LIGHT), "360", sandbox);
        }
    }

    private static void look(Page page, String name, Sandbox sandbox) {
        for (String path : PAGES) {
            visit(page, sandbox.uri(path).toString(), "day" + path.replaceAll("\\W+", "-") + "-" + name);
        }
        page.navigate(sandbox.uri("/deliveries?status=any_delivered&since=24h").toString());
        page.locator(".texts a").first().click();
        page.waitForURL("**/deliveries/*-*");
        visit(page, page.url(), "day-story-" + name);
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        Browser.keep(page, "day-story-print-" + name);
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.SCREEN));
        page.getByText("All messages of this person").click();
        page.waitForURL("**/people?n=*");
        visit(page, page.url(), "day-person-" + name);
        visit(page, sandbox.twilio().baseUrl() + "/", "day-simulator-" + name);
    }

    private static void visit(Page page, String address, String name) {
        page.navigate(address);
        assertThat(Browser.faults(page)).as("what axe finds at %s", address).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                .as("%s fits", name)
                .isEqualTo(true);
        Browser.keep(page, name);
    }
}
