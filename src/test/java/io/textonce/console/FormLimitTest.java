package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Slow forms take few threads, for a short time. */
class FormLimitTest {

    @Test
    void passesTheFieldsOfAForm() throws Exception {
        var chain = new MockFilterChain();

        new FormLimit(request -> false).doFilter(form("text=%C3%BCber+all%26&a=1&a=2&open"), response(), chain);

        var passed = chain.getRequest();
        assertThat(passed.getParameter("text")).isEqualTo("über all&");
        assertThat(passed.getParameterValues("a")).containsExactly("1", "2");
        assertThat(passed.getParameterMap()).containsOnlyKeys("text", "a");
    }

    @Test
    void rejectsAFormThatIsTooSlow() throws Exception {
        var chain = new MockFilterChain();
        var response = response();

        new FormLimit(request -> false, Duration.ofNanos(1)).doFilter(form("token=guess"), response, chain);

        assertThat(response.getStatus()).isEqualTo(400);
        assertThat(chain.getRequest()).isNull();
    }

    @Test
    void readsFewFormsOfStrangersAtOnce() throws Exception {
        var limit = new FormLimit(request -> request.getHeader("Cookie") != null);
        var sent = new CountDownLatch(1);
        var begun = new AtomicInteger();
        var threads = Executors.newCachedThreadPool();
        var slow = new ArrayList<CompletableFuture<Integer>>();
        for (int i = 0; i < FormLimit.MOST_AT_ONCE; i++) {
            slow.add(CompletableFuture.supplyAsync(() -> status(limit, slowForm(begun, sent)), threads));
        }
        await().until(() -> begun.get() == FormLimit.MOST_AT_ONCE);

        int stranger = status(limit, form("token=guess"));
        var withLogin = form("reason=why");
        withLogin.addHeader("Cookie", "login");
        int operator = status(limit, withLogin);
        sent.countDown();

        assertThat(stranger).isEqualTo(503);
        assertThat(operator).isEqualTo(200);
        assertThat(slow).extracting(CompletableFuture::join).containsOnly(200);
        assertThat(status(limit, form("token=guess"))).isEqualTo(200);
        threads.shutdown();
    }

    private static int status(FormLimit limit, MockHttpServletRequest request) {
        var response = response();
        try {
            limit.doFilter(request, response, new MockFilterChain());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
        return response.getStatus();
    }

    private static MockHttpServletResponse response() {
        return new MockHttpServletResponse();
    }

    private static MockHttpServletRequest form(String body) {
        var request = new MockHttpServletRequest("POST", "/login");
        request.setContentType("application/x-www-form-urlencoded");
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        return request;
    }

    /** A form that comes late. */
    private static MockHttpServletRequest slowForm(AtomicInteger begun, CountDownLatch sent) {
        var request = new MockHttpServletRequest("POST", "/login") {
            @Override
            public ServletInputStream getInputStream() {
                begun.incrementAndGet();
                return new DelegatingServletInputStream(new SlowBody(sent));
            }
        };
        request.setContentType("application/x-www-form-urlencoded");
        request.setContent("a=".getBytes(StandardCharsets.UTF_8));
        return request;
    }

    /** Body that comes late. */
    private static final class SlowBody extends InputStream {

        private final InputStream bytes = new ByteArrayInputStream("a=".getBytes(StandardCharsets.UTF_8));
        private final CountDownLatch sent;

        SlowBody(CountDownLatch sent) {
            this.sent = sent;
        }

        @Override
        public int read() throws IOException {
            try {
                sent.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return bytes.read();
        }
    }
}
