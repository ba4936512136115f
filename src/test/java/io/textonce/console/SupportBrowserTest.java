package io.textonce.console;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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
        assertThat(page.locator(".story time").first().innerText()).contains("CET", "UTC");
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

    private static void logIn(Page page, String token) {
        page.getByLabel("Your operator token").fill(token);
        page.keyboard().press("Enter");
    }

    private static void send(Sandbox sandbox, String id, String number) {
        sandbox.postAs("shop-token", "order-shipped", sandbox.orderShipped(id, number));
    }
}
