package io.textonce.console;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.ScreenshotCaret;
import io.textonce.sandbox.ProofSize;
import io.textonce.sandbox.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test class's windows of the machine's own Chromium, which is never downloaded: a test is skipped where there is none.
 * One Chromium serves all classes of a JVM, and ends with it; an operator logs in once.
 */
public final class Browser implements AfterAllCallback {

    private static final Path CHROMIUM = Path.of(System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"));
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final boolean KEEPS = Boolean.getBoolean("screenshots");
    static final boolean LARGE = ProofSize.LARGE;

    private static final String AXE = axe();

    private static final Map<URI, List<Cookie>> LOGINS = new HashMap<>();
    private static com.microsoft.playwright.@Nullable Browser shared;

    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    private static com.microsoft.playwright.Browser shared() {
        if (shared == null) {
            Assumptions.assumeTrue(
                    Files.isExecutable(CHROMIUM),
                    "No Chromium at " + CHROMIUM + ": apt-get install chromium, or set CHROMIUM");
            shared = Playwright.create(
                            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(CHROMIUM)
                            .setArgs(List.of(
                                    "--no-sandbox",
                                    "--disable-gpu",
                                    "--disable-quic",
                                    "--no-first-run",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--disable-sync")));
        }
        return shared;
    }

    /** A window of somebody new, in Berlin. */
    public Page open(int width, int height, ColorScheme scheme) {
        BrowserContext context = shared().newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme)
                .setTimezoneId("Europe/Berlin")
                .setLocale("en-GB"));
        contexts.add(context);
        var page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.type() + " at " + page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add("script error at " + page.url() + ": " + error));
        return page;
    }

    /** A window of an operator who has logged in. */
    public Page operator(Sandbox sandbox, int width, int height, ColorScheme scheme) {
        return operator(sandbox.uri("/"), width, height, scheme);
    }

    /** @param home the first page after the login */
    Page operator(URI home, int width, int height, ColorScheme scheme) {
        var page = open(width, height, scheme);
        if (LOGINS.containsKey(home)) {
            page.context().addCookies(LOGINS.get(home));
            page.navigate(home.toString());
        } else {
            page.navigate(home.resolve("/login").toString());
            page.getByLabel("Your operator token").fill("support-token");
            page.keyboard().press("Enter");
            page.locator("nav").first().waitFor();
            LOGINS.put(home, page.context().cookies());
        }
        return page;
    }

    /** What the browser complained of: scripts that fail, files that are missing, what the policy forbids. */
    public List<String> complaints() {
        return complaints;
    }

    /** What axe finds wrong with a page, by rule and place; colors, half of its work, with {@code -Pproof} alone. */
    public static List<String> faults(Page page) {
        return faults(page, "{resultTypes: ['violations'], rules: {'color-contrast': {enabled: " + LARGE + "}}}");
    }

    /** What axe finds wrong with the colors of a page. */
    public static List<String> faultsOfColor(Page page) {
        return faults(page, "{resultTypes: ['violations'], runOnly: ['color-contrast']}");
    }

    @SuppressWarnings("unchecked")
    private static List<String> faults(Page page, String options) {
        if (page.evaluate("typeof axe").equals("undefined")) {
            page.evaluate(AXE);
        }
        return (List<String>) page.evaluate("axe.run(" + options + """
                ).then(result => result.violations
                    .map(fault => fault.id + ' at ' + fault.nodes.map(node => node.target).join(', ')))""");
    }

    private static String axe() {
        try (var file = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Keeps the first rows of each table and ends what would bring the others back. The pages list the messages of all
     * tests; the first rows look like the rest, of which every check would take its time.
     */
    public static void firstRows(Page page) {
        page.evaluate("""
                () => {
                    for (let timer = 1; timer < 99; timer++) { clearInterval(timer); }
                    document.querySelectorAll('tbody tr:nth-child(n+12)').forEach(row => row.remove());
                }""");
    }

    /** Keeps what the page looks like, for people, where the build has {@code -Dscreenshots=true}. */
    public static void keep(Page page, String name) {
        if (!KEEPS) {
            return;
        }
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                // Hiding the caret takes a style element, which the policy of the page forbids.
                .setCaret(ScreenshotCaret.INITIAL)
                .setFullPage(true));
    }

    @Override
    public void afterAll(ExtensionContext test) {
        contexts.forEach(BrowserContext::close);
    }
}
