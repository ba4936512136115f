package io.textonce.console;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import io.textonce.sandbox.Issuer;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.mock.web.MockHttpServletRequest;

/** The support page as a person meets it, in a real browser. */
@ProductionTest
class SupportBrowserTest {

    @RegisterExtension
    static final Browser browser = new Browser();

    @Test
    void letsAnOperatorInAndNobodyElse(Sandbox sandbox) {
        var page = browser.open(1280, 900, ColorScheme.LIGHT);

        page.navigate(sandbox.uri("/").toString());
        page.waitForURL(url -> url.endsWith("/login"));
        logIn(page, "no-token");
        page.getByText("Invalid or expired token").waitFor();
        logIn(page, "shop-token");
        page.getByText("has no operator role").waitFor();
        Browser.keep(page, "login");
        logIn(page, "support-token");
        page.getByText("Overview").waitFor();

        assertThat(page.context().cookies())
                .filteredOn(cookie -> cookie.name.equals(OperatorCookie.NAME))
                .singleElement()
                .satisfies(cookie -> {
                    assertThat(cookie.httpOnly).isTrue();
                    assertThat(cookie.sameSite).hasToString("STRICT");
                    assertThat(cookie.value).doesNotContain("support-token");
                });
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Log out"))
                .click();
        assertThat(page.url()).endsWith("/login");
    }

    @Test
    void findsAPersonsTextByTheNumberWithoutPuttingItIntoAnAddress(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        send(sandbox, id, number);
        sandbox.awaitStatus(id, "delivered");
        var page = browser.operator(sandbox, 1280, 900, ColorScheme.LIGHT);

        page.getByRole(AriaRole.SEARCHBOX).fill(number.substring(0, 5) + " " + number.substring(5));
        page.keyboard().press("Enter");
        page.waitForURL("**/deliveries/*");

        assertThat(page.locator("h1").innerText()).isEqualTo("Delivered");
        assertThat(page.locator(".story .says").allInnerTexts())
                .startsWith("Event received via API from shop", "Checks passed: consent, number, content")
                .contains("Delivered to phone");
        assertThat(page.locator(".story time").first().innerText())
                .contains("UTC")
                .containsPattern("CES?T");
        assertThat(page.content()).doesNotContain(number).doesNotContain("has shipped");
    }

    @Test
    void letsAHeldTextBeCanceledWithTheKeyboardAlone(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, refuses(21611));
        send(sandbox, id, number);
        sandbox.awaitStatus(id, "held");
        var page = browser.operator(sandbox, 1280, 900, ColorScheme.DARK);

        page.getByRole(AriaRole.SEARCHBOX).focus();
        page.keyboard().type(id);
        page.keyboard().press("Enter");
        page.waitForURL("**/deliveries/*");
        assertThat(page.locator("h1").innerText()).isEqualTo("On hold");
        page.locator(".choice summary").focus();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().type("The customer called");
        Browser.keep(page, "held-dark");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        page.getByText("support canceled the message").waitFor();

        assertThat(page.locator("h1").innerText()).isEqualTo("Canceled");
        assertThat(sandbox.delivery(id)).containsEntry("status", "canceled");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void keepsItselfUpToDateWithoutBeingAsked(Sandbox sandbox) {
        var page = browser.operator(sandbox, 1280, 900, ColorScheme.LIGHT);

        page.waitForLoadState();
        page.waitForResponse(
                response -> response.url().endsWith("/overview") && response.status() == 200,
                () -> page.evaluate("htmx.trigger('#live', 'refresh')"));

        assertThat(page.locator(".tile").count()).isEqualTo(3);
        assertThat(page.locator(".asof .utc").innerText()).contains("UTC");
    }

    @Test
    void showsWhatWasTypedBeforeTheLoginExpired(Sandbox sandbox) {
        var page = browser.open(1280, 900, ColorScheme.LIGHT);
        page.navigate(sandbox.uri("/login?next=/preview").toString());
        logIn(page, "support-token");
        page.getByLabel("Event as JSON").fill("{\"eventId\": \"typed for an hour\"}");
        page.context().clearCookies(new BrowserContext.ClearCookiesOptions().setName(OperatorCookie.NAME));

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Preview"))
                .click();

        assertThat(page.locator("h1").innerText()).isEqualTo("Nothing was done");
        assertThat(page.getByLabel("What you typed").inputValue()).contains("typed for an hour");
        assertThat(Browser.faults(page)).isEmpty();
    }

    @Test
    void saysThatALoginCantBeVerifiedWhileItsIssuerIsUnavailable(Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        var cookie = sandbox.context()
                .getBean(OperatorCookie.class)
                .of(
                        issuer.sign(issuer.claims("jo", "textonce:operate").build(), Issuer.otherKey("unknown")),
                        new MockHttpServletRequest());
        var page = browser.open(1280, 900, ColorScheme.LIGHT);
        page.context()
                .addCookies(List.of(new Cookie(OperatorCookie.NAME, cookie.getValue())
                        .setUrl(sandbox.uri("/").toString())));
        issuer.away(true);
        try {
            // Keys that were fetched a moment ago are not fetched again.
            await().until(() -> page.navigate(sandbox.uri("/caps").toString()).status() == 503);
        } finally {
            issuer.away(false);
        }

        assertThat(page.locator("h1").innerText()).isEqualTo("Login can’t be verified");
        assertThat(page.locator("main").innerText()).contains("Nothing was done. Try again in a moment.");
    }

    private static void logIn(Page page, String token) {
        page.getByLabel("Your operator token").fill(token);
        page.keyboard().press("Enter");
    }

    private static void send(Sandbox sandbox, String id, String number) {
        sandbox.postAs("shop-token", "order-shipped", sandbox.orderShipped(id, number));
    }
}
