package io.textonce.console;

import io.textonce.event.EventRejected;
import io.textonce.http.ApplicationPath;
import io.textonce.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.CamelExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Common model of the operators' pages: times, the forms' token and the user; and their answer without a database. */
@ControllerAdvice(
        assignableTypes = {
            SupportPage.class,
            SearchPage.class,
            RejectedPage.class,
            DeadLetterPage.class,
            FilesPage.class,
            PersonPage.class,
            AuditPage.class,
            SubscribersPage.class,
            LedgerPage.class,
            BulkPage.class,
            PreviewPage.class,
            CapsPage.class,
            DoctorPage.class
        })
final class PageModel {

    private static final Logger LOG = LoggerFactory.getLogger(PageModel.class);

    private final Times times;

    PageModel(Clock clock) {
        this.times = new Times(clock);
    }

    @ModelAttribute
    void common(Model model, CsrfToken form, HttpServletRequest request, HttpServletResponse response) {
        form.getToken();
        model.addAttribute("times", times);
        model.addAttribute("user", request.getRemoteUser());
        model.addAttribute("here", ApplicationPath.of(request));
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    /** Shows why a request is rejected, or that the database is unavailable. */
    @ExceptionHandler({
        EventRejected.class,
        DataAccessException.class,
        CannotCreateTransactionException.class,
        CamelExecutionException.class
    })
    String failed(Exception failure, Model model, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        if (response.isCommitted()) {
            // Half a file: the browser must see that it is broken off.
            throw failure;
        }
        model.addAttribute("times", times);
        model.addAttribute("user", request.getRemoteUser());
        var rejection = Problem.rejection(failure);
        if (rejection != null) {
            response.setStatus(rejection.httpStatus());
            return sorry(model, "Not possible", rejection.reason());
        }
        LOG.warn("The support page could not read the database: {}", failure.toString());
        response.setStatus(503);
        return sorry(
                model,
                "Database unavailable",
                request.getMethod().equals("POST")
                        ? "Your last step may or may not have been done. Reopen the page in a moment, and check before you repeat it."
                        : "No data has been lost. Try again in a moment.");
    }

    /**
     * Adds a list that a filter selects, page by page; an invalid filter is answered with what is wrong.
     *
     * @param id of an entry, by which the next page follows
     */
    static <T> void list(
            Model model,
            HttpServletResponse response,
            Filter filter,
            String name,
            Supplier<List<T>> find,
            Function<T, Object> id) {
        List<T> found = List.of();
        try {
            found = find.get();
        } catch (EventRejected e) {
            response.setStatus(e.httpStatus());
            model.addAttribute("problem", e.reason());
        }
        if (found.size() == Search.PAGE) {
            model.addAttribute("next", id.apply(found.get(found.size() - 1)));
        }
        model.addAttribute("filter", filter);
        model.addAttribute(name, found);
    }

    static String sorry(Model model, String title, String words) {
        model.addAttribute("title", title);
        model.addAttribute("words", words);
        return "support/sorry";
    }
}
