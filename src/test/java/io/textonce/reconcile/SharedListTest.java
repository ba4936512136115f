package io.textonce.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.delivery.DeliveryTables;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueRows;
import io.textonce.delivery.TestDatabase;
import io.textonce.twilio.SkewedTwilio;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;

@Tag("slow")
class SharedListTest {

    private static final String TEXT = "Your order has shipped.";

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;

    private DeliveryTables tables;
    private SkewedTwilio twilio;
    private SharedList lists;

    @BeforeAll
    static void createTables() {
        jdbc = new JdbcTemplate(DATABASE);
        DeliveryTables.migrate(DATABASE, Duration.ofSeconds(60));
    }

    @BeforeEach
    void startTwilio() {
        tables = DeliveryTables.of(DATABASE, Duration.ofSeconds(60), null);
        twilio = new SkewedTwilio("+15551234567", Duration.ZERO);
        lists = new SharedList(twilio.messages(), tables.candidates());
    }

    @AfterEach
    void stopTwilio() {
        twilio.close();
        jdbc.execute("TRUNCATE textonce.deliveries, textonce.delivery_events");
    }

    @Test
    void readsOneListForManyUnknownOutcomes() {
        DueRows.insert(jdbc, "unknown", "order-", Duration.ZERO, null, SharedList.LEAST);
        var unknown = tables.leases().unknown(SharedList.LEAST);
        unknown.subList(0, 50).forEach(due -> twilio.post(due.phone(), TEXT));

        assertThat(unknown)
                .hasSize(SharedList.LEAST)
                .allSatisfy(due -> assertThat(sentTo(due))
                        .hasSize(unknown.indexOf(due) < 50 ? 1 : 0)
                        .allMatch(seen ->
                                seen.to().equals(due.phone()) && seen.body().equals(TEXT)));

        assertThat(twilio.simulator().listCalls()).isOne();
    }

    /** Each check measures the clocks, so deliveries of the same moment need a list of a little earlier or later. */
    @Test
    void sharesTheListWithADeliveryThatNeedsItALittleEarlier() {
        DueRows.insert(jdbc, "unknown", "order-", Duration.ZERO, null, SharedList.LEAST);
        var unknown = tables.leases().unknown(2);
        var since = unknown.get(0).attemptedAt().minus(Duration.ofMinutes(11));

        lists.sentTo(unknown.get(0), since);
        lists.sentTo(unknown.get(1), since.minusMillis(700));

        assertThat(twilio.simulator().listCalls()).isOne();
    }

    @Test
    void callsForEachOfAFew() {
        DueRows.insert(jdbc, "unknown", "order-", Duration.ZERO, null, 3);

        tables.leases().unknown(3).forEach(this::sentTo);

        assertThat(twilio.simulator().listCalls()).isEqualTo(3);
    }

    @Test
    void callsForEachUrgentMessageAmongMany() {
        DueRows.insert(jdbc, "unknown", "order-", Duration.ZERO, null, SharedList.LEAST);
        DueRows.insert(jdbc, "unknown", "alert-", Duration.ZERO, "urgent=true", 2);
        tables.leases().unknown(SharedList.LEAST + 2).forEach(this::sentTo);

        assertThat(twilio.simulator().listCalls()).isEqualTo(3);
    }

    @Test
    void callsForEachWhileTheListOfAllCantBeRead() {
        DueRows.insert(jdbc, "unknown", "order-", Duration.ZERO, null, SharedList.LEAST);
        var unknown = tables.leases().unknown(2);
        twilio.post(unknown.get(1).phone(), TEXT);
        twilio.simulator().listAnswers(503);
        assertThatThrownBy(() -> sentTo(unknown.get(0))).isInstanceOf(TwilioFailure.class);
        twilio.simulator().listAnswers(200);
        int before = twilio.simulator().listCalls();

        assertThat(sentTo(unknown.get(1))).hasSize(1);

        assertThat(twilio.simulator().listCalls()).isEqualTo(before + 1);
    }

    private List<Seen> sentTo(DueDelivery due) {
        return lists.sentTo(due, due.attemptedAt().minus(Duration.ofMinutes(11)))
                .messages();
    }
}
