package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import io.textonce.sandbox.ExampleDay;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** The sandbox's example day, and every page with it: at each width, light, dark and in print. */
@SandboxTest
class ExampleDayTest {

    /** As many as there are before the second row of a list. */
    private static final int MOST_CONTROLS = 60;

    private static final String FITS = """
            [document.documentElement, ...document.querySelectorAll('.card.flush')]
                .every(one => one.scrollWidth <= one.clientWidth)""";

    private static final String BEYOND = """
            [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > window.innerWidth)
                .map(one => one.tagName + '.' + one.className).slice(0, 9).join(', ')""";

    /** What a person calls a control. */
    private static final String NAME = """
            const name = one => one.labels && one.labels.length ? one.labels[0].innerText.split('\\n')[0]
                : one.getAttribute('aria-label') || one.innerText.trim();
            """;

    private static final String CONTROLS = "() => {" + NAME + """
            return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary,'
                + '[tabindex="0"]')].filter(one => one.checkVisibility()).map(name)
                .filter((one, i, all) => one !== all[i - 1]); }""";

    private static final String FOCUSED = "() => {" + NAME + """
            const one = document.activeElement;
            return { name: name(one), outline: getComputedStyle(one).outlineStyle }; }""";

    @Autowired
    private ProducerTemplate routes;

    @RegisterExtension
    static final Browser browser = new Browser();

    private static @Nullable Page page;

    @BeforeEach
    void fill(Sandbox sandbox) {
        if (page != null) {
            return;
        }
        page = browser.open(1280, 900, ColorScheme.LIGHT);
        new ExampleDay(sandbox.uri("/"), sandbox.peers(), day -> routes.sendBody("direct:ledger-compare-day", day))
                .fill();
        await().until(() -> sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.rejected_events WHERE event = 'order-shipped' AND source = 'file'"
                                        + " AND field = 'phone'",
                                Integer.class)
                > 0);
        // A shop may drop a file of the same name each day.
        sandbox.database().update("""
                        INSERT INTO textonce.file_runs (id, path, event, state, size)
                        SELECT gen_random_uuid(), path, event, state, size FROM textonce.file_runs LIMIT 1""");
    }

    @Test
    void hasEventsOfAllHoursWithEveryOutcome(Sandbox sandbox) {
        assertThat(sandbox.database().queryForObject("""
                        SELECT count(DISTINCT date_trunc('hour', created_at)) FROM textonce.deliveries
                        WHERE event_id ~ '^order-[0-9]+-shipped$'
                        """, Integer.class)).isGreaterThan(12);
        assertThat(sandbox.database().queryForList("""
                        SELECT DISTINCT status FROM textonce.deliveries WHERE event_id ~ '^order-[0-9]+-shipped$'
                        """, String.class))
                .contains("delivered", "undelivered", "rejected", "held");
    }

    @ParameterizedTest
    @CsvSource({
        "overview, /",
        "messages, /deliveries?since=2h",
        "failed, /deliveries?status=not_delivered&country=US",
        "no-messages, /deliveries?reason=none&ids=none",
        "invalid-filter, /deliveries?code=abc",
        "nothing-found, /search?q=nothing-here",
        "rejected, /rejected",
        "dead-letters, /dead-letters",
        "files, /files",
        "caps, /caps",
        "preview, /preview",
        "doctor, /doctor",
        "subscribers, /subscribers",
        "ledger, /ledger",
        "audit, /audit",
        "bulk-preview, /bulk/preview?action=resend&status=not_delivered",
        "no-preview, /bulk/preview?action=resend",
        "no-delivery, /deliveries/none",
        "no-page, /nowhere",
        "no-method, /bulk/preview/none",
        "login, /login?next=/audit"
    })
    void looksRightOnEveryScreenAndPaper(String name, String path, Sandbox sandbox) {
        page.navigate(sandbox.uri(path).toString());

        looksRight(name);
    }

    @ParameterizedTest
    @CsvSource({"delivered, any_delivered", "rejected, rejected", "on-hold, held"})
    void looksRightAsAStory(String name, String status, Sandbox sandbox) {
        open(sandbox, "/deliveries?status=" + status, ".texts a", "**/deliveries/*-*");

        looksRight("story-" + name);
    }

    @Test
    void looksRightAsAPerson(Sandbox sandbox) {
        open(sandbox, "/deliveries?status=any_delivered", ".texts a", "**/deliveries/*-*");
        page.getByText("All messages of this person").click();
        page.waitForURL("**/people?n=*");

        looksRight("person");
    }

    @Test
    void looksRightAsADeadLetter(Sandbox sandbox) {
        open(sandbox, "/dead-letters?place=file", ".texts a", "**/dead-letters/*");

        looksRight("dead-letter");
    }

    @Test
    void looksRightWithoutADatabase(Sandbox sandbox) {
        sandbox.database().execute("ALTER TABLE textonce.ledger_days RENAME TO ledger_days_away");
        try {
            var answer = page.navigate(sandbox.uri("/ledger").toString());

            assertThat(answer.status()).isEqualTo(503);
            assertThat(page.locator("h1").innerText()).isEqualTo("Database unavailable");
            looksRight("no-database");
        } finally {
            sandbox.database().execute("ALTER TABLE textonce.ledger_days_away RENAME TO ledger_days");
        }
    }

    @Test
    void breaksValuesWithoutASpace(Sandbox sandbox) {
        var database = sandbox.database();
        String word = "W".repeat(200);
        String story = database.queryForObject("""
                UPDATE textonce.deliveries SET reference = ?, reason = ?, client = 'long-words'
                WHERE id = (SELECT id FROM textonce.deliveries WHERE status = 'rejected' LIMIT 1) RETURNING id
                """, String.class, word, word);
        database.update("UPDATE textonce.delivery_events SET detail = ? WHERE delivery_id = ?::uuid", word, story);
        database.update("""
                INSERT INTO textonce.rejected_events (id, source, client, event, event_id, field, reason)
                VALUES (gen_random_uuid(), 'http', 'long-words', ?, ?, ?, ?)
                """, word, word, word, word);

        var beyond = new ArrayList<String>();
        for (String path : List.of(
                "/deliveries/" + story,
                "/deliveries?client=long-words",
                "/rejected?client=long-words",
                "/bulk/preview?action=resend&event=" + word,
                "/search?q=" + word)) {
            page.navigate(sandbox.uri(path).toString());
            for (int width : new int[] {1280, 320}) {
                show(width, ColorScheme.LIGHT, Media.SCREEN);
                if (page.evaluate(FITS).equals(false)) {
                    beyond.add(width + " " + path + page.evaluate(BEYOND));
                }
            }
        }
        page.setViewportSize(1280, 900);
        database.update("DELETE FROM textonce.rejected_events WHERE client = 'long-words'");

        assertThat(beyond).isEmpty();
    }

    @Test
    void looksRightAsABulkAction(Sandbox sandbox) {
        page.setViewportSize(1280, 900);
        page.navigate(
                sandbox.uri("/bulk/preview?action=resend&status=not_delivered").toString());
        page.getByLabel("Reason").fill("An example");
        page.locator(".confirm button").click();
        page.waitForURL("**/bulk/*-*");
        page.getByText("Undo").click();
        page.locator("#live").waitFor();

        looksRight("bulk");
        page.navigate(sandbox.uri("/bulk").toString());
        looksRight("bulk-list");
    }

    @Test
    void looksRightAsTheSimulator(Sandbox sandbox) {
        page.navigate(sandbox.twilio().baseUrl() + "/");

        looksRight("simulator");
    }

    @Test
    @Tag("proof")
    void looksRightAsTheStatusPage(Sandbox sandbox) {
        page.navigate(sandbox.management("/camel").toString());

        looksRight("status");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/deliveries?status=not_delivered&country=US",
                "/subscribers",
                "/dead-letters",
                "/bulk/preview?action=resend&status=not_delivered"
            })
    void reachesEveryControlInItsOrderWithTheKeyboard(String path, Sandbox sandbox) {
        page.setViewportSize(1280, 900);
        page.navigate(sandbox.uri(path).toString());
        var controls = (List<?>) page.evaluate(CONTROLS);

        var reached = new ArrayList<Object>();
        for (int i = 0; i < Math.min(controls.size(), MOST_CONTROLS); i++) {
            page.keyboard().press("Tab");
            var focused = (Map<?, ?>) page.evaluate(FOCUSED);
            assertThat(focused.get("outline")).as("outline of %s", focused).isNotEqualTo("none");
            if (reached.isEmpty() || !reached.get(reached.size() - 1).equals(focused.get("name"))) {
                reached.add(focused.get("name"));
            }
        }

        assertThat(reached).startsWith("Skip to the content");
        assertThat(controls).asInstanceOf(LIST).startsWith(reached.toArray());
        assertThat(reached).hasSizeGreaterThan(5);
    }

    private static void open(Sandbox sandbox, String list, String link, String address) {
        page.setViewportSize(1280, 900);
        page.navigate(sandbox.uri(list).toString());
        page.locator(link).first().click();
        page.waitForURL(address);
    }

    /** One load serves all looks: wide and on a phone; with {@code -Pproof} also between, dark and in print. */
    private static void looksRight(String name) {
        Browser.firstRows(page);
        show(1280, ColorScheme.LIGHT, Media.SCREEN);
        fits(name);
        assertThat(page.locator("h1").count()).isEqualTo(1);
        assertThat(page.locator("main").count()).isEqualTo(1);
        assertThat(page.evaluate("[...document.querySelectorAll('input:not([type=hidden]),select,textarea')]"
                        + ".filter(field => field.labels.length === 0).length"))
                .as("fields without a label")
                .isEqualTo(0);
        Browser.keep(page, name);
        show(320, ColorScheme.LIGHT, Media.SCREEN);
        fits(name);
        show(360, ColorScheme.LIGHT, Media.SCREEN);
        fits(name);
        assertThat(Browser.faults(page)).as("what axe finds on a phone").isEmpty();
        Browser.keep(page, name + "-360");
        if (Browser.LARGE) {
            show(768, ColorScheme.DARK, Media.SCREEN);
            fits(name);
            Browser.keep(page, name + "-768-dark");
            show(768, ColorScheme.LIGHT, Media.PRINT);
            fits(name);
            Browser.keep(page, name + "-print");
            assertThat(Browser.faults(page)).as("what axe finds in print").isEmpty();
            show(1280, ColorScheme.LIGHT, Media.SCREEN);
            assertThat(Browser.faults(page)).as("what axe finds").isEmpty();
            show(1280, ColorScheme.DARK, Media.SCREEN);
            assertThat(Browser.faultsOfColor(page))
                    .as("what axe finds in the dark")
                    .isEmpty();
        }
        show(1280, ColorScheme.LIGHT, Media.SCREEN);
    }

    private static void show(int width, ColorScheme scheme, Media media) {
        page.setViewportSize(width, 900);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme).setMedia(media));
    }

    private static void fits(String name) {
        assertThat(page.evaluate(FITS))
                .as("%s fits; beyond is %s", name, page.evaluate(BEYOND))
                .isEqualTo(true);
    }
}
