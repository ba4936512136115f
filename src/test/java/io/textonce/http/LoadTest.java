package io.textonce.http;

import static io.textonce.sandbox.Fault.answersLate;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.util.concurrent.ThreadType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too many callers, and callers that go away: whoever is told 202 gets a text, whoever is told 503 gets none. */
@SandboxTest
@Tag("proof")
class LoadTest {

    private static final int CALLERS = 1_200;

    @AfterEach
    void leavesNoRequestBehindThatTakesAPlace(Sandbox sandbox) {
        await().atMost(Duration.ofSeconds(60))
                .during(Duration.ofMillis(500))
                .until(() -> admitted(sandbox) + admitted(sandbox, "webhook"), admitted -> admitted == 0);
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));
        assertThat(answer.statusCode()).isEqualTo(202);
    }

    @Test
    void sendsExactlyWhatItAcceptedOfTooManyPostsAtOnce(Sandbox sandbox) throws Exception {
        Map<String, String> idsByNumber = new HashMap<>();
        for (int i = 0; i < CALLERS; i++) {
            idsByNumber.put(sandbox.newNumber(), sandbox.newEventId());
        }
        Map<String, String> answers;
        sandbox.twilio().always(answersLate(Duration.ofMillis(300)));

        try {
            answers = postAtOnce(sandbox, idsByNumber);
        } finally {
            sandbox.twilio().behave();
        }

        assertThat(answers.values()).hasSize(CALLERS).allSatisfy(answer -> {
            if (!answer.startsWith("HTTP/1.1 202 ")) {
                assertThat(answer)
                        .startsWith("HTTP/1.1 503 ")
                        .containsPattern("Retry-After: \\d+")
                        .containsPattern("\"error\":\"(overloaded|try_again)\"");
            }
        });
        Set<String> accepted = answers.entrySet().stream()
                .filter(answer -> answer.getValue().startsWith("HTTP/1.1 202 "))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        List<String> sent = sandbox.twilio().messages().stream()
                .map(TwilioMessage::to)
                .filter(idsByNumber::containsKey)
                .toList();
        assertThat(accepted).isNotEmpty();
        assertThat(sent).doesNotHaveDuplicates();
        assertThat(new HashSet<>(sent)).isEqualTo(accepted);
        assertThat(rows(sandbox, idsByNumber.values()))
                .isEqualTo(accepted.stream().map(idsByNumber::get).collect(Collectors.toSet()));
    }

    /** With virtual threads camel-twilio has one worker, on a JDK that has them. */
    @Test
    void callsTwilioFromManyThreadsOnEveryJdk(Sandbox sandbox) {
        assertThat(sandbox.context().getBean(CamelContext.class).isStarted()).isTrue();
        assertThat(ThreadType.current()).isEqualTo(ThreadType.PLATFORM);
    }

    /** Each goes away at another moment: in the head, in the body, while it is worked on, without reading the answer. */
    @ParameterizedTest
    @ValueSource(ints = {40, 200, 10_000})
    void isConsistentWhenCallersGoAway(int bytesSent, Sandbox sandbox) {
        Map<String, String> idsByNumber = new HashMap<>();
        for (int i = 0; i < 120; i++) {
            String number = sandbox.newNumber();
            idsByNumber.put(number, sandbox.newEventId());
            sandbox.twilio().forNumber(number, answersLate(Duration.ofMillis(200)));
        }

        idsByNumber.forEach((number, id) -> postAndGoAway(sandbox, sandbox.orderShipped(id, number), bytesSent));

        // What the callers sent may still wait to be read.
        await().atMost(Duration.ofSeconds(60))
                .during(Duration.ofSeconds(1))
                .until(() -> admitted(sandbox), admitted -> admitted == 0);
        sandbox.twilio().behave();
        Set<String> known = rows(sandbox, idsByNumber.values());
        idsByNumber.forEach((number, id) -> assertThat(sandbox.twilio().sentTo(number))
                .as("texts of an event with%s row", known.contains(id) ? " a" : "out a")
                .hasSize(known.contains(id) ? 1 : 0));
        assertThat(known.isEmpty()).as("no event was whole").isEqualTo(bytesSent < 10_000);
    }

    @Test
    void takesNoPlaceForARequestThatItRefuses(Sandbox sandbox) {
        for (int i = 0; i < 20; i++) {
            sandbox.post("order-shipped", "{");
            sandbox.post("nothing", "{}");
            sandbox.get("/api/nothing");
            sandbox.post("order-shipped", "x".repeat(70_000));
        }

        assertThat(admitted(sandbox)).isZero();
    }

    /** A few threads write every request before they read an answer: a client that waits is no burst. */
    private static Map<String, String> postAtOnce(Sandbox sandbox, Map<String, String> idsByNumber) throws Exception {
        int writers = 8;
        var threads = Executors.newFixedThreadPool(writers);
        var numbers = List.copyOf(idsByNumber.keySet());
        Map<String, String> answers = new ConcurrentHashMap<>();
        List<Future<?>> work = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            int first = writer;
            work.add(threads.submit(() -> {
                Map<String, Socket> sockets = new LinkedHashMap<>();
                for (int i = first; i < numbers.size(); i += writers) {
                    String number = numbers.get(i);
                    var socket = connect(sandbox);
                    sockets.put(number, socket);
                    socket.getOutputStream().write(request(sandbox.orderShipped(idsByNumber.get(number), number)));
                }
                for (var socket : sockets.entrySet()) {
                    try (var open = socket.getValue()) {
                        answers.put(
                                socket.getKey(),
                                new String(open.getInputStream().readAllBytes(), UTF_8));
                    }
                }
                return null;
            }));
        }
        for (var part : work) {
            part.get();
        }
        threads.shutdown();
        return answers;
    }

    private static void postAndGoAway(Sandbox sandbox, String event, int bytes) {
        byte[] request = request(event);
        try (var socket = connect(sandbox)) {
            // Closed with a reset, as by a caller that crashed.
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(request, 0, Math.min(bytes, request.length));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Socket connect(Sandbox sandbox) throws IOException {
        var uri = sandbox.uri("/");
        var socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(120_000);
        return socket;
    }

    private static byte[] request(String event) {
        return ("POST /api/order-shipped-sms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Connection: close\r\nContent-Length: " + event.length() + "\r\n\r\n" + event)
                .getBytes(UTF_8);
    }

    private static Set<String> rows(Sandbox sandbox, Collection<String> ids) {
        Set<String> known = new HashSet<>(sandbox.database()
                .queryForList("SELECT event_id FROM textonce.deliveries WHERE source = 'http'", String.class));
        known.retainAll(ids);
        return known;
    }

    private static double admitted(Sandbox sandbox) {
        return admitted(sandbox, "api");
    }

    private static double admitted(Sandbox sandbox, String kind) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.requests.admitted")
                .tag("kind", kind)
                .gauge()
                .value();
    }
}
