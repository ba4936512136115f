package io.textonce.delivery;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.JdbcTemplate;

/** Memory of an instance other than the application's, which remembers nothing in tests. */
public record Remembered(ForgottenWrites writes) {

    public static Remembered in(JdbcTemplate jdbc) {
        return new Remembered(new ForgottenWrites(
                new WriteMemory(Duration.ofMinutes(5)),
                () -> {
                    throw new IllegalStateException("no claim is remembered");
                },
                () -> {
                    throw new IllegalStateException("no outcome is remembered");
                },
                () -> jdbc));
    }

    /** Repeats all, as after a restart of the database, which may have lost something. */
    public void putBack() throws InterruptedException {
        var last = new CountDownLatch(1);
        writes.perform(() -> last, CountDownLatch::countDown);
        writes.putBack();
        if (!last.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("what was remembered could not be repeated");
        }
    }
}
