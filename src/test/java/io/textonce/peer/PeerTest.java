package io.textonce.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.sandbox.LogRecorder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerTest {

    private volatile Instant now = Instant.parse("2026-11-23T03:00:00.5Z");
    private final InstantSource source = () -> now;
    private final PeerMonitor peers = new PeerMonitor(source.withZone(ZoneOffset.UTC), Duration.ofMillis(50));
    private final Peer fax = peers.peer("fax", "The fax", "Faxes wait.");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LogRecorder log = new LogRecorder();

    @AfterEach
    void close() {
        log.close();
        peers.destroy();
    }

    @Test
    void isLoggedOnceWhenItIsAwayAndOnceWhenItIsBack() {
        peers.bindTo(meters);
        for (int second = 0; second <= 3_600; second++) {
            fax.failed("No line");
            later(Duration.ofSeconds(1));
        }

        assertThat(log.lines("The fax"))
                .containsExactly("The fax is unavailable since 2026-11-23T03:00:00Z: No line. Faxes wait.");
        assertThat(log.complaints()).anyMatch(line -> line.startsWith("WARN io.textonce.peer.Peer: The fax"));
        assertThat(up()).isZero();
        assertThat(peers.health().getStatus().getCode()).isEqualTo(PeerMonitor.UNAVAILABLE);
        assertThat(peers.health().getDetails())
                .containsEntry("fax", "unavailable since 2026-11-23T03:00:00Z: No line (3601 failures). Faxes wait.")
                .containsEntry("database", "up");

        fax.succeeded();
        assertThat(up()).isOne();
        assertThat(peers.health().getStatus().getCode()).isEqualTo("UP");
        later(Peer.STEADY);
        fax.succeeded();
        fax.logEnd();
        fax.logEnd();

        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("The fax is available again"))
                .containsExactly("The fax is available again after 3601 s and 3601 failures");
    }

    @Test
    void isLoggedTwiceAtMostWhileItComesAndGoes() {
        for (int second = 0; second < 600; second++) {
            if (second % 12 < 8) {
                fax.failed("No line");
            } else {
                fax.succeeded();
            }
            later(Duration.ofSeconds(1));
            fax.logEnd();
        }
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("The fax"))
                .singleElement()
                .asString()
                .contains("unavailable since 2026-11-23T03:00:00Z");

        later(Peer.STEADY);
        fax.logEnd();

        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("The fax"))
                .hasSize(2)
                .last()
                .isEqualTo("The fax is available again after 596 s and 400 failures");
        fax.failed("No line");
        later(Peer.GRACE);
        fax.failed("No line");
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("The fax"))
                .as("another outage")
                .hasSize(3);
    }

    /** One pool may connect while another does not. */
    @Test
    void isAwayUntilItIsFoundUsableIfASuccessIsNotEnough() {
        fax.confirmRecovery();
        fax.failed("No line");
        fax.succeeded();
        assertThat(fax.isUp()).isTrue();
        fax.failed("No line");
        later(Peer.GRACE);
        fax.failed("No line");

        fax.succeeded();
        assertThat(fax.isUp()).as("after a success").isFalse();
        fax.usable();
        assertThat(fax.isUp()).as("once found usable").isTrue();
        assertThat(fax.isUsable()).isTrue();
    }

    /** At night nothing calls it for hours after the last held message. */
    @Test
    void isLoggedWhenItIsBackWithoutAnotherCall() {
        fax.failed("No line");
        later(Peer.GRACE);
        fax.failed("No line");
        fax.succeeded();
        peers.afterSingletonsInstantiated();

        later(Peer.STEADY);

        await().until(() -> log.lines().contains("The fax is available again after 5 s and 2 failures"));
    }

    /** Otherwise an instance that makes no call would outvote the one whose calls fail. */
    @Test
    void isNotUpForAnInstanceThatDoesNotCallIt() {
        peers.bindTo(meters);
        assertThat(up()).isNaN();

        fax.succeeded();
        assertThat(up()).isOne();

        later(Peer.KNOWN.plusSeconds(1));
        assertThat(up()).isNaN();
        assertThat(peers.health().getDetails()).containsEntry("fax", "up");
    }

    @Test
    void isNotAwayWhileCallsSucceed() {
        for (int second = 0; second < 60; second++) {
            fax.failed("No line");
            fax.failed("No line");
            later(Duration.ofSeconds(2));
            fax.succeeded();
        }

        assertThat(log.lines("The fax")).isEmpty();
        assertThat(fax.isUp()).isTrue();
    }

    @Test
    void isNotAwayForASingleFailure() {
        fax.failed("No line");
        later(Duration.ofMinutes(10));

        assertThat(fax.isUp()).isTrue();
    }

    /** At night nothing calls it for hours: the last failures prove nothing any more. */
    @Test
    void isNotAwayForFailuresOfLongAgo() {
        fax.failed("No line");
        later(Duration.ofSeconds(30));
        fax.failed("No line");
        assertThat(fax.isUp()).isFalse();

        later(Peer.STALE.plusSeconds(1));

        assertThat(fax.isUp()).isTrue();
    }

    @Test
    void isAwayWhenAProbeHangs() {
        var hangs = new CountDownLatch(1);
        peers.probe(fax, hangs::await);

        await().pollInterval(Duration.ofMillis(100)).until(() -> {
            later(Duration.ofSeconds(1));
            return !fax.isUp();
        });

        assertThat(log.lines("The fax")).singleElement().asString().contains("is unavailable", "No response for");
    }

    private void later(Duration time) {
        now = now.plus(time);
    }

    private double up() {
        return meters.get("textonce.peer.up").tag("peer", "fax").gauge().value();
    }
}
