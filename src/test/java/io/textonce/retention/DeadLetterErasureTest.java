package io.textonce.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.delivery.ErasureRepository;
import io.textonce.event.EventRejected;
import io.textonce.intake.file.InboxErasures;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.WrittenNumbers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jms.InvalidDestinationException;
import org.springframework.jms.UncategorizedJmsException;
import org.springframework.jms.core.BrowserCallback;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.support.TransactionOperations;

@SandboxTest
class DeadLetterErasureTest {

    private static final WrittenNumbers NUMBERS = new WrittenNumbers(new PhoneNumbers(), Set.of("US"));

    @Test
    void takesAwayEverySpellingOfTheNumber(Sandbox sandbox) {
        String queue = "test." + UUID.randomUUID();
        String number = "+525512345678";
        List.of("{\"phone\":\"+525512345678\"}", "whatsapp:+5215512345678", "From=%2B525512345678", "+5255123456789")
                .forEach(text -> sandbox.jms().convertAndSend(queue, text));

        int gone = new DeadLetterErasure(sandbox.jms(), List.of(queue), NUMBERS, sandbox.database())
                .forget(Set.of(number));

        assertThat(gone).isEqualTo(3);
        assertThat(sandbox.jms().receiveAndConvert(queue)).isEqualTo("+5255123456789");
    }

    @Test
    void takesAwayStoredLettersHoweverTheNumberIsWritten(Sandbox sandbox) {
        String other = "{\"phone\":\"(415) 555-0188\"}";
        List.of("{\"phone\":\"(415) 555-0187\"}", "1001\t415 555 0187\tx", other)
                .forEach(text -> sandbox.database()
                        .update(
                                "INSERT INTO textonce.dead_letters (sha256, route, reason, body)"
                                        + " VALUES (sha256(?), 'spelled', 'x', ?)",
                                text.getBytes(UTF_8),
                                text.getBytes(UTF_8)));

        int gone = new DeadLetterErasure(null, List.of(), NUMBERS, sandbox.database())
                .forgetStored(Set.of("+14155550187"));

        assertThat(gone).isEqualTo(2);
        assertThat(sandbox.database()
                        .queryForList(
                                "DELETE FROM textonce.dead_letters WHERE route = 'spelled'"
                                        + " RETURNING convert_from(body, 'UTF8')",
                                String.class))
                .containsExactly(other);
    }

    @Test
    void goesOnWhereAQueueIsGone(Sandbox sandbox) {
        String queue = "test." + UUID.randomUUID();
        sandbox.jms().convertAndSend(queue, "+15558675310");
        var jms = new JmsTemplate(sandbox.jms().getConnectionFactory()) {
            @Override
            public <T> T browse(String name, BrowserCallback<T> action) {
                if (name.equals("gone")) {
                    throw new InvalidDestinationException(new jakarta.jms.InvalidDestinationException("no such queue"));
                }
                return super.browse(name, action);
            }
        };

        int gone = new DeadLetterErasure(jms, List.of("gone", queue), NUMBERS, sandbox.database())
                .forget(Set.of("+15558675310"));

        assertThat(gone).isEqualTo(1);
    }

    @Test
    void saysWhatIsLeftOfAnErasureWhenTheBrokerCanNotBeReached(Sandbox sandbox) {
        var jms = new JmsTemplate(sandbox.jms().getConnectionFactory()) {
            @Override
            public <T> T browse(String name, BrowserCallback<T> action) {
                throw new UncategorizedJmsException("no broker");
            }
        };
        var people = erasure(
                sandbox,
                new DeadLetterErasure(jms, List.of("queue"), NUMBERS, sandbox.database()),
                sandbox.context().getBean(FileErasures.class));
        assertIncomplete(sandbox, people);
    }

    @Test
    void saysWhatIsLeftOfAnErasureWhenTheInboxIsNotThere(Sandbox sandbox, @TempDir Path folder) {
        var files = new FileErasures(
                sandbox.database(),
                InboxErasures.of(folder.resolve("unmounted")),
                NUMBERS,
                sandbox.context().getBean(PhoneHash.class));
        var people = erasure(sandbox, new DeadLetterErasure(null, List.of(), NUMBERS, sandbox.database()), files);

        assertIncomplete(sandbox, people);
    }

    private static DataErasure erasure(Sandbox sandbox, DeadLetterErasure letters, FileErasures files) {
        return new DataErasure(
                new NamedParameterJdbcTemplate(sandbox.database()),
                TransactionOperations.withoutTransaction(),
                sandbox.context().getBean(ErasureRepository.class),
                new PhoneNumbers(),
                sandbox.context().getBean(PhoneHash.class),
                sandbox.context().getBean(Retention.class),
                letters,
                files,
                act -> {});
    }

    private static void assertIncomplete(Sandbox sandbox, DataErasure people) {
        var exchange = new DefaultExchange(sandbox.context().getBean(CamelContext.class));
        exchange.setVariable(
                "person",
                Map.of("phone", "+15558675310", "spellings", new String[] {"+15558675310"}, "hashes", new byte[0][]));
        exchange.getMessage().setBody(Map.of("letters", 0));

        assertThatThrownBy(() -> people.report(exchange))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.httpStatus()).isEqualTo(503));
    }
}
