package io.textonce.console;

import static io.textonce.settings.TextOnceProperties.Role.OPERATOR;

import io.textonce.security.AuthenticationFailureHandler;
import io.textonce.security.TokenAuthenticator;
import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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

    private final OperatorCookie cookie;
    private final TokenAuthenticator callers;
    private final AuthenticationFailureHandler strangers;
    private final Executor late;

    public LoginPage(
            OperatorCookie cookie,
            TokenAuthenticator callers,
            AuthenticationFailureHandler strangers,
            TextOnceProperties settings) {
        this.cookie = cookie;
        this.callers = callers;
        this.strangers = strangers;
        this.late = CompletableFuture.delayedExecutor(
                settings.http().wrongTokenDelay().toMillis(), TimeUnit.MILLISECONDS);
    }

    @ModelAttribute
    void common(CsrfToken form, HttpServletResponse response) {
        form.getToken();
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    @GetMapping("/login")
    String login(HttpServletRequest request) {
        return request.isUserInRole(OPERATOR.name()) ? "redirect:/" : "support/login";
    }

    /** Logs an operator in; the response to a wrong token is delayed. */
    @PostMapping("/login")
    CompletionStage<String> login(
            @RequestParam String token, Model model, HttpServletRequest request, HttpServletResponse response) {
        String shown = token.strip();
        try {
            var caller = callers.whose(shown);
            if (!isOperator(caller)) {
                strangers.refused("forbidden");
                model.addAttribute("problem", "This token may send events but has no operator role.");
            } else if (shown.length() > LONGEST_TOKEN) {
                model.addAttribute(
                        "problem", "This token is too long for a browser cookie. Request one with fewer claims.");
            } else {
                response.addHeader(
                        HttpHeaders.SET_COOKIE, cookie.of(shown, request).toString());
                return CompletableFuture.completedStage("redirect:/");
            }
        } catch (TokenAuthenticator.IssuerAway e) {
            strangers.refused("unchecked");
            model.addAttribute("problem", "The token can't be verified right now. Try again in a moment.");
        } catch (AuthenticationException e) {
            strangers.refusedToken(e);
            LOG.warn("Login with an invalid or expired token");
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
