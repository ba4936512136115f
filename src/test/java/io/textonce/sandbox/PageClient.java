package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

/** The sandbox's pages as a browser without script loads them and sends their forms. */
public final class PageClient {

    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final Sandbox sandbox;

    public PageClient(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(sandbox.uri(path)));
    }

    /** Posts a form with the token that every page has, and follows to the page that answers it. */
    public HttpResponse<String> post(String path, String form) {
        var token = TOKEN.matcher(get("/").body());
        assertThat(token.find()).isTrue();
        return send(HttpRequest.newBuilder(sandbox.uri(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form + "&_csrf=" + token.group(1))));
    }

    /** Returns the value of a page's field. */
    public static String field(HttpResponse<String> page, String name) {
        var field = Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(page.body());
        assertThat(field.find()).as("a field %s in %s", name, page.body()).isTrue();
        return field.group(1);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return browser.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
