package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.phone.PhoneHash;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A message whose outcome was left to an operator may be at Twilio, whatever ends it. */
class UndecidedTest {

    private static final String PHONE = "+15558675313";

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;
    private static OptOuts optOuts;

    private final String eventId = "event-" + UUID.randomUUID();
    private UUID id;

    @BeforeAll
    static void createTables() throws IOException {
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, Duration.ofSeconds(60));
        optOuts = DeliveryTables.optOuts(jdbc, new PhoneHash(new byte[32]));
    }

    @BeforeEach
    void leaveToAnOperator() {
        id = claim().orElseThrow().id();
        jdbc.update(
                "UPDATE textonce.deliveries SET status = 'held', due_at = NULL, unknown_since = now() WHERE id = ?",
                id);
    }

    @ParameterizedTest
    @EnumSource
    void isCanceledAtTwilioIfItIsThereAfterAll(End end) {
        end.of(id);
        assertThat(status()).isEqualTo("canceled");

        try (var statuses = new StatusRepository(jdbc)) {
            statuses.record(new StatusRepository.Report(
                    "callback", id, TwilioMessage.newSid(), "queued", null, null, Duration.ofHours(1)));
        }

        assertThat(tables.leases().silent(100)).anySatisfy(due -> {
            assertThat(due.id()).isEqualTo(id);
            assertThat(due.isCancelled()).isTrue();
        });
    }

    @Test
    void isNotSentByARepeatedEventAfterStopAndStart() {
        End.STOP.of(id);
        optOuts.start(PHONE, Set.of(DeliveryTables.SENDER), Instant.now());

        assertThat(claim()).isEmpty();
        assertThat(status()).isEqualTo("canceled");
    }

    private Optional<Delivery> claim() {
        return ClaimedEvent.claim(tables, new DefaultCamelContext(), eventId, "", PHONE, "Text");
    }

    private String status() {
        return jdbc.queryForObject("SELECT status FROM textonce.deliveries WHERE id = ?", String.class, id);
    }

    private enum End {
        STOP {
            @Override
            void of(UUID id) {
                optOuts.stop(PHONE, Set.of(DeliveryTables.SENDER), Instant.now());
                optOuts.start(PHONE, Set.of(DeliveryTables.SENDER), Instant.now());
            }
        },
        ERASURE {
            @Override
            void of(UUID id) {
                new ErasureRepository(jdbc).erase(new PhoneHash(new byte[32]).all(PHONE));
            }
        },
        CANCELLATION {
            @Override
            void of(UUID id) {
                var event = jdbc.queryForMap("SELECT event, event_id FROM textonce.deliveries WHERE id = ?", id);
                DeliveryTables.cancellations(DATABASE)
                        .cancel((String) event.get("event"), (String) event.get("event_id"), "canceled");
            }
        },
        OPERATOR_CANCELS {
            @Override
            void of(UUID id) {
                tables.decisions().cancel(id, "operator", "not needed");
            }
        },
        OPERATOR_DROPS {
            @Override
            void of(UUID id) {
                tables.decisions().drop(id, "operator", "not needed");
            }
        };

        abstract void of(UUID id);
    }
}
