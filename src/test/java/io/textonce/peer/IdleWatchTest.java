package io.textonce.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@SandboxTest
class IdleWatchTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Activity activity = new Activity(nanos::get);

    @Autowired
    private List<DueWork> work;

    /** The rows are rolled back, so that the sandbox's instance does not work on them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Alerts          | INSERT INTO textonce.incident_messages (event_id, phone_hash, consent_at, alerted_at, due_at) VALUES ('watched', '', now(), now(), now())
            Approvals       | INSERT INTO textonce.verify_approvals (id, verification_sid, phone, channel, caller) VALUES (gen_random_uuid(), 'VE1', '+15552000001', 'sms', 'test')
            BulkActions     | INSERT INTO textonce.bulk_actions (id, action, actor, reason, filter, messages, starts_at) VALUES (gen_random_uuid(), 'resend', 'test', 'test', 'status=held', 1, now())
            Erasures        | INSERT INTO textonce.erasures (delivery_id) VALUES (gen_random_uuid())
            InboundMessages | INSERT INTO textonce.inbound_messages (message_sid, kind, phone_hash, recipient, publish_at) VALUES ('SMwatched', 'text', '', '+15551234567', now())
            OutboxPublisher | UPDATE textonce.outbox_cursors SET published_id = -1, suspended_at = NULL, leased_until = NULL, next_try_at = now()
            """)
    void endsTheBackoffAsSoonAsAnythingIsDue(String kind, String change, Sandbox sandbox) {
        var jdbc = sandbox.database();
        var kinds = work.stream()
                .filter(each -> each.getClass().getSimpleName().equals(kind))
                .toList();
        assertThat(kinds).hasSize(1);
        nanos.set(Duration.ofMinutes(2).toNanos());

        new TransactionTemplate(new JdbcTransactionManager(jdbc.getDataSource())).executeWithoutResult(status -> {
            status.setRollbackOnly();
            jdbc.update(change);
            new IdleWatch(jdbc, activity, kinds, 1000).poll();
        });

        assertThat(activity.isRecent()).isTrue();
    }

    @Test
    void findsWorkOfEveryKindInOneStatement(Sandbox sandbox) {
        nanos.set(Duration.ofMinutes(2).toNanos());
        var kinds = new ArrayList<>(work);
        kinds.add(() -> "true");

        new IdleWatch(sandbox.database(), activity, kinds, 1000).poll();

        assertThat(work).hasSize(7);
        assertThat(activity.isRecent()).isTrue();
    }

    @Test
    void keepsBackingOffWhileNothingIsDue(Sandbox sandbox) {
        nanos.set(Duration.ofMinutes(2).toNanos());

        new IdleWatch(sandbox.database(), activity, List.of(() -> "false"), 1000).poll();

        assertThat(activity.isRecent()).isFalse();
    }
}
