package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@SandboxTest
class FileLocksTest {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    private final String path = "/inbox/" + UUID.randomUUID();

    @RepeatedTest(10)
    void givesALockToOneOfManyInstances(Sandbox sandbox) throws Exception {
        assertThat(winners(sandbox, 8)).isEqualTo(1);
    }

    @RepeatedTest(10)
    void letsOneOfManyInstancesTakeOverFromOneThatDied(Sandbox sandbox) throws Exception {
        instance(sandbox, MAX_AGE).add(path);
        sandbox.database()
                .update(
                        "UPDATE textonce.file_locks SET refreshed_at = refreshed_at - interval '31 s' WHERE path = ?",
                        path);

        assertThat(winners(sandbox, 8)).isEqualTo(1);
    }

    @Test
    void keepsALockThatItRefreshesAlsoOneItTookOver(Sandbox sandbox) {
        var shortAge = Duration.ofSeconds(3);
        var dead = instance(sandbox, shortAge);
        var alive = instance(sandbox, shortAge);
        var other = instance(sandbox, shortAge);
        dead.add(path);
        alive.start();

        await().until(() -> alive.add(path));
        await().during(Duration.ofSeconds(4)).until(() -> !other.add(path));

        assertThat(alive.contains(path)).isTrue();
        assertThat(dead.contains(path)).isFalse();
        alive.stop();
        await().until(() -> other.add(path));
    }

    @Test
    void givesBackItsOwnLockOnly(Sandbox sandbox) {
        var holder = instance(sandbox, MAX_AGE);
        var other = instance(sandbox, MAX_AGE);
        holder.add(path);

        assertThat(other.remove(path)).isFalse();
        assertThat(other.add(path)).isFalse();
        assertThat(holder.remove(path)).isTrue();
        assertThat(other.add(path)).isTrue();
    }

    @Test
    void takesALockAgainThatItCouldNotGiveBack(Sandbox sandbox) {
        var holder = instance(sandbox, MAX_AGE);
        holder.add(path);

        sandbox.peers().postgres().close();
        assertThat(holder.remove(path)).isFalse();
        sandbox.peers().postgres().start();

        await().ignoreExceptions().until(() -> holder.add(path));
        // The database serves other tests, too.
        sandbox.awaitConnections();
    }

    private long winners(Sandbox sandbox, int instances) throws Exception {
        var start = new CyclicBarrier(instances);
        var pool = Executors.newFixedThreadPool(instances);
        try {
            List<Callable<Boolean>> tries = new ArrayList<>();
            Stream.generate(() -> instance(sandbox, MAX_AGE))
                    .limit(instances)
                    .forEach(locks -> tries.add(() -> {
                        start.await();
                        return locks.add(path);
                    }));
            int winners = 0;
            for (Future<Boolean> won : pool.invokeAll(tries)) {
                winners += won.get() ? 1 : 0;
            }
            return winners;
        } finally {
            pool.shutdownNow();
        }
    }

    private static FileLocks instance(Sandbox sandbox, Duration maxAge) {
        return new FileLocks(sandbox.database(), maxAge);
    }
}
