package io.textonce.console;

import static io.textonce.settings.TextOnceProperties.Role.OPERATOR;

import io.textonce.http.ApplicationPath;
import io.textonce.privacy.RepeatedLines;
import io.textonce.security.AuthenticationFailureHandler;
import io.textonce.security.TokenAuthenticator;
import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Login and logout of operators, at the support page and at the management port. */
@Controller
public final class LoginPage {

    private static final Logger LOG = LoggerFactory.getLogger(LoginPage.class);

    /**
     * Maximum length of a token that, encrypted and in Base64, still fits into a cookie: 4096 bytes with its name and
     * attributes.
     */
    private static final int LONGEST_TOKEN = 2900;

    /** Request attribute of a login that can't be verified for now. */
    static final String UNVERIFIED = "io.textonce.unverified";

    /** Parts of pages, and the page that a login leads to anyway. */
    private static final Set<String> PARTS = Set.of("/", "/overview", "/camel/live");

    /** Paths of the forms that only change the login. */
    private static final Set<String> OWN = Set.of("/login", "/logout");

    /** Address of the page after a form that was not accepted. */
    private static final String ENDED = "/login?ended=true";

    /** Fields of the forms with text that would be lost. */
    private static final List<String> TYPED = List.of("reason", "why", "body", "json");

    private static final Pattern LOCAL = Pattern.compile("/(?![/\\\\])[\\x21-\\x7e&&[^\\\\{}]]*");

    private final RepeatedLines repeated = new RepeatedLines();
    private final OperatorCookie cookie;
    private final TokenAuthenticator authenticator;
    private final AuthenticationFailureHandler failureHandler;
    private final Executor late;

    public LoginPage(
            OperatorCookie cookie,
            TokenAuthenticator authenticator,
            AuthenticationFailureHandler failureHandler,
            TextOnceProperties settings) {
        this.cookie = cookie;
        this.authenticator = authenticator;
        this.failureHandler = failureHandler;
        this.late = CompletableFuture.delayedExecutor(
                settings.http().wrongTokenDelay().toMillis(), TimeUnit.MILLISECONDS);
    }

    @ModelAttribute
    void common(CsrfToken form, HttpServletResponse response) {
        form.getToken();
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    /**
     * Returns the address of the login, which leads on to the page that was requested; after a form that was not
     * accepted, an operator reads first that nothing was done.
     */
    static String address(HttpServletRequest request) {
        String path = ApplicationPath.of(request);
        if (request.getMethod().equals("POST")) {
            return OWN.contains(path) ? "/login" : ENDED;
        }
        String query = request.getQueryString();
        String page = path + (query == null ? "" : "?" + query);
        boolean isPage = request.getMethod().equals("GET") && !PARTS.contains(page);
        return isPage ? "/login?next=" + URLEncoder.encode(page, StandardCharsets.UTF_8) : "/login";
    }

    /**
     * Responds to a request that is not authenticated. A form keeps what was typed into it; while the login can't be
     * verified, a new one would not help. A script that loads a part of the page makes the whole page go to the login.
     */
    static void require(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        boolean isUnverified = request.getAttribute(UNVERIFIED) != null;
        String address = address(request);
        if (request.getHeader("HX-Request") != null) {
            if (isUnverified) {
                response.setStatus(503);
            } else {
                response.setHeader("HX-Redirect", request.getContextPath() + "/login");
            }
        } else if (isUnverified || address.equals(ENDED)) {
            request.getRequestDispatcher(ENDED).forward(request, response);
        } else {
            response.sendRedirect(request.getContextPath() + address);
        }
    }

    /** Returns the path of our own that a login leads on to. */
    private static String local(String next) {
        return LOCAL.matcher(next).matches() ? next : "/";
    }

    /** @param ended whether a form was sent after the login or the form had expired */
    @GetMapping("/login")
    String login(
            @RequestParam(defaultValue = "/") String next,
            @RequestParam(defaultValue = "false") boolean ended,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        if (ended) {
            return lost(model, request, response);
        }
        model.addAttribute("next", local(next));
        return request.isUserInRole(OPERATOR.name()) ? "redirect:" + local(next) : "support/login";
    }

    /** Shows that a form was not accepted, with what was typed into it: another site's form shows nothing here. */
    @PostMapping(path = "/login", params = "ended")
    String ended(Model model, HttpServletRequest request, HttpServletResponse response) {
        if ("same-origin".equals(request.getHeader("Sec-Fetch-Site"))) {
            model.addAttribute(
                    "typed",
                    TYPED.stream()
                            .map(request::getParameter)
                            .filter(text -> text != null && !text.isBlank())
                            .toList());
        }
        response.setStatus(403);
        return lost(model, request, response);
    }

    private static String lost(Model model, HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(UNVERIFIED) == null) {
            model.addAttribute("title", "Nothing was done");
            model.addAttribute(
                    "words",
                    "Your login or the form had expired. Log in again if necessary, reopen the page and repeat the last"
                            + " step.");
        } else {
            response.setStatus(503);
            model.addAttribute("title", "Login can’t be verified");
            model.addAttribute(
                    "words",
                    "The issuer of your token can’t be reached right now. Nothing was done. Try again in a moment.");
        }
        return "support/lost";
    }

    /** Logs an operator in; the response to a wrong token is delayed. */
    @PostMapping(path = "/login", params = "!ended")
    CompletionStage<String> login(
            @RequestParam String token,
            @RequestParam(defaultValue = "/") String next,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        model.addAttribute("next", local(next));
        String shown = token.strip();
        try {
            var caller = authenticator.authenticate(shown);
            if (!isOperator(caller)) {
                failureHandler.count("forbidden");
                model.addAttribute("problem", "This token is valid but has no operator role.");
            } else if (shown.length() > LONGEST_TOKEN) {
                model.addAttribute(
                        "problem", "This token is too long for a browser cookie. Request one with fewer claims.");
            } else {
                response.addHeader(
                        HttpHeaders.SET_COOKIE, cookie.of(shown, request).toString());
                return CompletableFuture.completedStage("redirect:" + local(next));
            }
        } catch (TokenAuthenticator.IssuerAway e) {
            failureHandler.count("unchecked");
            model.addAttribute("problem", "The token can't be verified right now. Try again in a moment.");
        } catch (AuthenticationException e) {
            failureHandler.countToken(e);
            repeated.log(
                    "login",
                    omitted ->
                            LOG.warn("Login with an invalid or expired token ({} more since the last line)", omitted));
            model.addAttribute("problem", "Invalid or expired token.");
        }
        response.setStatus(401);
        return CompletableFuture.supplyAsync(() -> "support/login", late);
    }

    @PostMapping("/logout")
    String logout(HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.none(request).toString());
        return "redirect:/login";
    }

    private static boolean isOperator(Authentication caller) {
        return caller.getAuthorities().stream()
                .anyMatch(held -> held.getAuthority().equals("ROLE_" + OPERATOR.name()));
    }
}
