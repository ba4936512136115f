package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.phone.PhoneHash;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/** An import of opt-outs takes a while, in which messages to the same persons are claimed. */
class OptOutImportTest {

    private static final String PHONE = "+15558675311";
    private static final String OTHER = "+15559990002";

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;

    @BeforeAll
    static void createTables() throws IOException {
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, Duration.ofSeconds(60));
    }

    @Test
    void stopsAMessageThatTwilioScheduledWhileItsTransactionWasOpen() {
        String id = "event-" + UUID.randomUUID();
        var optOuts = DeliveryTables.optOuts(jdbc, new PhoneHash(new byte[32]), whileOpen(() -> schedule(id)));

        var imported = optOuts.importAll(
                List.of(new OptOuts.Entry(PHONE, null, Set.of(DeliveryTables.SENDER), false, "crm", Instant.now())),
                result -> {});

        assertThat(imported).isEqualTo(new OptOutImport(1, 0, 0, 1));
        assertThat(tables.leases().silent(100)).anySatisfy(due -> {
            assertThat(due.eventId()).isEqualTo(id);
            assertThat(due.isCancelled()).isTrue();
        });
    }

    /** The person sent START to all of our senders, and so to none of the earlier ones. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stopsAMessageOfAnEarlierSenderThoughThePersonSentStartToAllOthers(boolean isImport) {
        String id = "event-" + UUID.randomUUID();
        String phone = isImport ? "+15558675312" : "+15558675313";
        schedule(id, phone);
        var hash = new PhoneHash(new byte[32]);
        var optOuts = DeliveryTables.optOuts(jdbc, hash);
        jdbc.update("""
                INSERT INTO textonce.inbound_messages (message_sid, kind, phone_hash, recipient)
                VALUES (?, 'start', ?, ?)
                """, TwilioMessage.newSid(), hash.of(phone), OTHER);
        var before = Instant.now().minusSeconds(3600);

        int stopped = isImport
                ? optOuts.importAll(
                                List.of(new OptOuts.Entry(phone, null, Set.of(OTHER), true, "crm", before)),
                                result -> assertThat(result).isEqualTo(new OptOutImport(0, 0, 1, 0)))
                        .stopped()
                : optOuts.reassigned(phone, Set.of(OTHER), before);

        assertThat(stopped).isEqualTo(1);
        assertThat(tables.leases().silent(100)).anySatisfy(due -> {
            assertThat(due.eventId()).isEqualTo(id);
            assertThat(due.isCancelled()).isTrue();
        });
        assertThat(optOuts.has(phone, Set.of(OTHER))).isFalse();
    }

    /** The START has not seen the STOP of a transaction that was open. */
    @Test
    void keepsTheOptOutOfAStopThatIsCommittedWhileAnOlderStartIsRead() {
        String phone = "+15558675314";
        var optOuts = DeliveryTables.optOuts(jdbc, new PhoneHash(new byte[32]));
        var start = Instant.now();
        var senders = Set.of(DeliveryTables.SENDER);
        optOuts.stop(phone, senders, start.minusSeconds(60));
        optOuts.stop(phone, senders, start.plusMillis(1));

        optOuts.start(phone, senders, start);
        assertThat(optOuts.has(phone, senders)).isTrue();

        optOuts.start(phone, senders, start.plusMillis(2));
        assertThat(optOuts.has(phone, senders)).isFalse();
    }

    private static void schedule(String id) {
        schedule(id, PHONE);
    }

    private static void schedule(String id, String phone) {
        var claimed = ClaimedEvent.claim(tables, new DefaultCamelContext(), id, "", phone, "Text")
                .orElseThrow();
        try (var outcomes = new OutcomeRepository(jdbc)) {
            outcomes.record(new OutcomeRepository.Outcome(
                    claimed.id(),
                    claimed.attempt(),
                    DeliveryStatus.SCHEDULED,
                    TwilioMessage.newSid(),
                    null,
                    "test",
                    Duration.ofHours(30)));
        }
    }

    /** Transactions in which another thread does something before they are committed. */
    private static TransactionTemplate whileOpen(Runnable other) {
        return new TransactionTemplate(new DataSourceTransactionManager(DATABASE)) {

            @Override
            public <T> @Nullable T execute(TransactionCallback<T> action) {
                return super.execute(status -> {
                    T result = action.doInTransaction(status);
                    CompletableFuture.runAsync(other).join();
                    return result;
                });
            }
        };
    }
}
