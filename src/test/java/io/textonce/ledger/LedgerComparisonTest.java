package io.textonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.ledger.Comparison.Difference;
import io.textonce.ledger.Comparison.Kind;
import io.textonce.ledger.LedgerComparison.MessageLog;
import io.textonce.message.Senders;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioMessages.Seen;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A day of many messages, and a list that changes while it is read. */
@SandboxTest
class LedgerComparisonTest {

    private static final int PAGES = 20;

    @Test
    void keepsNoPageOfTheList(Sandbox sandbox) {
        var pages = new ArrayList<WeakReference<List<Seen>>>();
        MessageLog log = (day, number, reader) -> {
            for (int page = 0; page < PAGES; page++) {
                var messages = Stream.generate(() -> seen(TwilioMessage.newSid()))
                        .limit(200)
                        .toList();
                pages.add(new WeakReference<>(messages));
                reader.accept(messages);
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                System.gc();
                return pages.stream().limit(PAGES - 1).allMatch(page -> page.get() == null);
            });
        };

        var compared = comparison(sandbox, log, LedgerComparisonTest::seen).of(today(), () -> {});

        assertThat(pages.size() % PAGES).isZero();
        assertThat(compared.listed()).isEqualTo(200L * pages.size());
        assertThat(compared.count(Kind.UNEXPLAINED)).isEqualTo(Comparison.MOST);
        assertThat(compared.count(Kind.MISSING)).isZero();
    }

    @Test
    void findsWhatTheListLacksAlsoIfItHasAnotherMessageTwice(Sandbox sandbox) {
        String listed = delivered(sandbox);
        String vanished = delivered(sandbox);
        MessageLog log = (day, number, reader) -> {
            reader.accept(List.of(seen(listed)));
            reader.accept(List.of(seen(listed)));
        };
        var fetched = new HashSet<String>();

        var compared = comparison(sandbox, log, sid -> {
                    fetched.add(sid);
                    return sid.equals(vanished) ? null : seen(sid);
                })
                .of(today(), () -> {});

        assertThat(fetched).contains(vanished);
        assertThat(compared.differences())
                .filteredOn(difference -> difference.kind() == Kind.MISSING)
                .extracting(Difference::sid)
                .containsExactly(vanished);
    }

    private static LedgerComparison comparison(Sandbox sandbox, MessageLog log, Function<String, Seen> fetch) {
        return new LedgerComparison(
                log,
                fetch,
                sandbox.database(),
                sandbox.context().getBean(Senders.class),
                sandbox.context().getBean(TextOnceProperties.class));
    }

    /** Returns the SID. */
    private static String delivered(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");
        return (String) sandbox.delivery(id).get("message_sid");
    }

    private static Seen seen(String sid) {
        return new Seen(sid, "sent", null, Instant.now(), "", "", Peers.FROM_NUMBER, null, 0);
    }

    private static LocalDate today() {
        return LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
    }
}
