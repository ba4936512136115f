package io.textonce.delivery;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.message.Sms;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.PhoneTimeZones;
import io.textonce.phone.Recipients;
import io.textonce.settings.FrequencySettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/** The tables and what reads and writes them, without the application. */
public record DeliveryTables(
        DueLeases leases,
        DueRepository due,
        Candidates candidates,
        IdempotentClaims claims,
        SendRules gate,
        RestoreMode restore,
        SendAdmission admission,
        OperatorActions decisions) {

    static final String SENDER = "+15551234567";

    public static DeliveryTables migrate(DataSource dataSource, Duration lease) {
        Flyway.configure()
                .dataSource(dataSource)
                .schemas("textonce")
                .defaultSchema("textonce")
                .load()
                .migrate();
        return of(dataSource, lease, null);
    }

    public static Cancellations cancellations(DataSource dataSource) {
        return new Cancellations(
                new JdbcTemplate(dataSource),
                new UrgentDatabase(dataSource),
                nothingForgotten(),
                Clock.systemUTC(),
                event -> true);
    }

    static OptOuts optOuts(JdbcTemplate jdbc, PhoneHash hash) {
        return optOuts(jdbc, hash, TransactionOperations.withoutTransaction());
    }

    static OptOuts optOuts(JdbcTemplate jdbc, PhoneHash hash, TransactionOperations transactions) {
        return new OptOuts(jdbc, hash, nothingForgotten(), transactions);
    }

    private static ForgottenWrites nothingForgotten() {
        return new ForgottenWrites(
                new WriteMemory(Duration.ZERO),
                DeliveryTables::putBackNothing,
                DeliveryTables::putBackNothing,
                JdbcTemplate::new);
    }

    private static <T> T putBackNothing() {
        throw new AssertionError("nothing is put back");
    }

    /** @param restoredTo the moment to which the tables were set back, or null */
    public static DeliveryTables of(DataSource dataSource, Duration lease, @Nullable Instant restoredTo) {
        return of(dataSource, lease, restoredTo, Clock.systemUTC());
    }

    /** @param clock of the instance */
    static DeliveryTables of(DataSource dataSource, Duration lease, @Nullable Instant restoredTo, Clock clock) {
        var restore = new RestoreMode(new JdbcTemplate(dataSource), restoredTo, lease, clock);
        return of(dataSource, lease, restore, new WriteMemory(Duration.ZERO), clock);
    }

    static DeliveryTables of(
            DataSource dataSource, Duration lease, RestoreMode restore, WriteMemory memory, Clock clock) {
        var jdbc = new JdbcTemplate(dataSource);
        var hash = new PhoneHash(new byte[32]);
        var admission = new SendAdmission(restore, new SenderRateLimit(jdbc, List.of()));
        return new DeliveryTables(
                new DueLeases(jdbc, Sms::sender, lease, Redirection.NONE, System::nanoTime),
                new DueRepository(
                        jdbc, Sms::sender, lease, Redirection.NONE, new BarredMessages(new SimpleMeterRegistry())),
                new Candidates(jdbc, hash),
                new IdempotentClaims(
                        new ClaimRepository(jdbc, noCaps(jdbc, hash), new PhoneNumbers(), lease, true),
                        hash,
                        lease,
                        admission,
                        memory,
                        () -> {},
                        clock),
                new SendRules(
                        optOuts(jdbc, hash),
                        new RecipientGuards(new Recipients("all"), new Countries(Set.of(), Set.of()), Map.of()),
                        new PhoneTimeZones(),
                        ZoneOffset.UTC,
                        Map.of(),
                        clock),
                restore,
                admission,
                new OperatorActions(jdbc));
    }

    /** Ends its threads. */
    public void close() {
        claims.shutdown();
    }

    /** Nothing is counted. */
    static Caps noCaps(JdbcTemplate jdbc, PhoneHash hash) {
        return new Caps(
                jdbc,
                TransactionOperations.withoutTransaction(),
                List.of(),
                new CapCounters(jdbc),
                new FrequencyCap(jdbc, new FrequencySettings(0, Set.of())),
                hash,
                new SimpleMeterRegistry(),
                Clock.systemUTC());
    }
}
