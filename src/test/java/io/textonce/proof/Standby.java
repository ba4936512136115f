package io.textonce.proof;

import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.SandboxPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Asynchronous standby of a sandbox's PostgreSQL, which can be cut off, and promoted without the newest commits. */
final class Standby implements AutoCloseable {

    private final SandboxPostgres primary;
    private final SandboxPostgres standby;

    private Standby(SandboxPostgres primary, SandboxPostgres standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /** Starts one from a copy of the primary, which is restarted. */
    static Standby of(SandboxPostgres primary, Path directory) throws IOException {
        primary.close();
        primary.copyTo(directory);
        primary.start();
        var address = address(primary);
        Files.createFile(directory.resolve("standby.signal"));
        Files.writeString(
                directory.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=%s port=%d user=postgres'%n".formatted(address.getHost(), address.getPort()),
                StandardOpenOption.APPEND);
        var standby = new Standby(primary, new SandboxPostgres(directory).start());
        standby.awaitReceivers(1);
        return standby;
    }

    /** Returns the URL of whichever of the two is the primary. */
    String url() {
        return "jdbc:postgresql://%s,%s/postgres?targetServerType=primary"
                .formatted(address(primary).getAuthority(), address(standby).getAuthority());
    }

    /** Waits until the standby has all that the primary has now. */
    void awaitReplay() {
        var written = jdbc(primary).queryForObject("SELECT CAST(pg_current_wal_lsn() AS text)", String.class);
        await("the standby to have " + written)
                .atMost(Duration.ofSeconds(30))
                .until(() -> jdbc(standby)
                        .queryForObject(
                                "SELECT pg_last_wal_replay_lsn() >= CAST(? AS pg_lsn)", Boolean.class, written));
    }

    /** Lets the primary go on alone. */
    void cutOff() {
        var jdbc = jdbc(standby);
        jdbc.execute("ALTER SYSTEM SET primary_conninfo = ''");
        jdbc.execute("SELECT pg_reload_conf()");
        awaitReceivers(0);
    }

    /** Kills the primary and promotes the standby; returns how many deliveries only the primary had. */
    long failOver() {
        long had = deliveries(primary);
        var processes = primary.process();
        var sessions = processes.descendants().toList();
        processes.destroyForcibly();
        sessions.forEach(ProcessHandle::destroyForcibly);
        jdbc(standby).execute("SELECT pg_promote()");
        return had - deliveries(standby);
    }

    /** Makes all that is held due, as soon as the standby is the primary. */
    void makeDue() {
        await("the promoted standby to be written")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> jdbc(standby).update("UPDATE textonce.deliveries SET due_at = now() WHERE status = 'held'")
                        > 0);
    }

    private void awaitReceivers(int number) {
        await("%d WAL receivers".formatted(number))
                .atMost(Duration.ofSeconds(30))
                .until(() -> jdbc(standby)
                        .queryForObject("SELECT count(*) FROM pg_stat_wal_receiver", Integer.class)
                        .equals(number));
    }

    private static long deliveries(SandboxPostgres server) {
        return jdbc(server).queryForObject("SELECT count(*) FROM textonce.deliveries", Long.class);
    }

    private static JdbcTemplate jdbc(SandboxPostgres server) {
        return new JdbcTemplate(new DriverManagerDataSource(server.url(), "postgres", "postgres"));
    }

    private static URI address(SandboxPostgres server) {
        return URI.create(server.url().substring("jdbc:".length()));
    }

    @Override
    public void close() {
        standby.close();
    }
}
