package io.textonce.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.Remembered;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.settings.TextOnceProperties;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/** What an instance repeats after a restart of the database, which it takes for one that may have lost something. */
@SandboxTest
class InboundMessagesTest {

    @Autowired
    private CamelContext camel;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private OptOuts optOuts;

    @Autowired
    private PhoneHash hash;

    @Autowired
    private TextOnceProperties settings;

    private Remembered memory;
    private InboundMessages inbound;
    private String number;

    @BeforeEach
    void remember(Sandbox sandbox) {
        memory = Remembered.in(sandbox.database());
        number = sandbox.newNumber();
        inbound = new InboundMessages(
                new NamedParameterJdbcTemplate(sandbox.database()),
                transactions,
                optOuts,
                memory.writes(),
                new PhoneNumbers(),
                hash,
                settings,
                sandbox.context().getBean(EventRouteGuard.class),
                new SimpleMeterRegistry());
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOP", "Where is my order?"})
    void recordsNothingOnceMoreOfAPersonWhoWasErasedMeanwhile(String text, Sandbox sandbox) throws Exception {
        receive(text);
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/people"))
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString("{\"phone\":\"" + number + "\"}")));

        memory.putBack();

        assertThat(kinds(sandbox)).isEmpty();
        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT source FROM textonce.opt_outs WHERE phone_hash = ?",
                                String.class,
                                hash.of(number)))
                .hasSize(text.equals("STOP") ? 1 : 0);
    }

    @Test
    void recordsOnceMoreWhatTheDatabaseHasLost(Sandbox sandbox) throws Exception {
        receive("STOP");
        sandbox.database().update("DELETE FROM textonce.inbound_messages WHERE phone_hash = ?", hash.of(number));

        memory.putBack();

        assertThat(kinds(sandbox)).containsExactly("stop");
    }

    private void receive(String text) {
        var exchange = new DefaultExchange(camel);
        exchange.getMessage()
                .setBody(Map.of(
                        "MessageSid",
                        "SM" + UUID.randomUUID().toString().replace("-", ""),
                        "From",
                        number,
                        "To",
                        Peers.FROM_NUMBER,
                        "Body",
                        text));
        inbound.read(exchange);
        inbound.record(exchange);
    }

    private List<String> kinds(Sandbox sandbox) {
        return sandbox.database()
                .queryForList(
                        "SELECT kind FROM textonce.inbound_messages WHERE phone_hash = ?",
                        String.class,
                        hash.of(number));
    }
}
