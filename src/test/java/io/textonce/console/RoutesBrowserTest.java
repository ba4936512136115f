package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Camel's view as an operator meets it, in a real browser. */
@ProductionTest
class RoutesBrowserTest {

    @RegisterExtension
    static final Browser browser = new Browser();

    @Test
    void stopsAnIntakeAndStartsItAgainWithTheKeyboardAlone(Sandbox sandbox) {
        var page = operator(sandbox, 1280, ColorScheme.LIGHT);
        Browser.keep(page, "routes-light");

        page.getByText("Stop http…").focus();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().type("The shop asks for it");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        page.getByText("The shop asks for it").waitFor();
        Browser.keep(page, "routes-stopped");
        int stopped = post(sandbox);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Start http"))
                .press("Enter");
        page.getByText("Stop http…").waitFor();

        assertThat(stopped).isEqualTo(503);
        assertThat(post(sandbox)).isEqualTo(202);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void leadsFromRouteToRouteAndFitsOnAPhone(Sandbox sandbox) {
        post(sandbox);
        for (var width : new int[] {1280, 390}) {
            var page = operator(sandbox, width, width == 390 ? ColorScheme.LIGHT : ColorScheme.DARK);
            assertThat(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                    .isEqualTo(true);

            page.getByRole(AriaRole.LINK, exactly("sms-reconcile-one")).click();
            assertThat(page.locator("h1").innerText()).isEqualTo("sms-reconcile-one");
            assertThat(page.locator(".diagram .box b").allInnerTexts())
                    .containsSubsequence("from direct:sms-reconcile-one", "Post it to Twilio");
            if (width == 390) {
                assertThat(Browser.faults(page)).isEmpty();
            }
            Browser.keep(page, "route-" + width);
            page.locator(".diagram")
                    .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("sms-post"))
                    .click();

            page.waitForLoadState();
            assertThat(page.locator("h1").innerText()).isEqualTo("sms-post");
            assertThat(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                    .isEqualTo(true);
        }
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void keepsItselfUpToDateWithoutBeingAsked(Sandbox sandbox) {
        var page = operator(sandbox, 1280, ColorScheme.LIGHT);

        page.waitForLoadState();
        page.waitForResponse(
                response -> response.url().endsWith("/camel/live") && response.status() == 200,
                () -> page.evaluate("htmx.trigger('#live', 'refresh')"));

        assertThat(page.locator(".routes tbody tr").count()).isGreaterThan(15);
    }

    private static Page.GetByRoleOptions exactly(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static Page operator(Sandbox sandbox, int width, ColorScheme scheme) {
        return browser.operator(sandbox.management("/"), width, 900, scheme);
    }

    private static int post(Sandbox sandbox) {
        return sandbox.postAs(
                        "shop-token", "order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()))
                .statusCode();
    }
}
