package io.textonce.delivery;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.message.Senders;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.PhoneTimeZones;
import io.textonce.phone.Recipients;
import io.textonce.phone.WrittenNumbers;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TimeBounds;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.function.SingletonSupplier;

/** The beans that the routes know by name: the checks before a claim, the claim, and the tables. */
@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryConfiguration.class);

    @Bean
    WriteMemory writeMemory(TextOnceProperties settings) {
        return new WriteMemory(settings.writeMemory());
    }

    @Bean
    ForgottenWrites forgottenWrites(
            WriteMemory memory,
            ObjectProvider<IdempotentClaims> claims,
            ObjectProvider<OutcomeRepository> outcomes,
            ObjectProvider<JdbcTemplate> jdbc) {
        return new ForgottenWrites(
                memory,
                SingletonSupplier.of(claims::getObject),
                SingletonSupplier.of(outcomes::getObject),
                SingletonSupplier.of(jdbc::getObject));
    }

    @Bean
    DatabaseServer databaseServer(WriteMemory memory, ForgottenWrites forgotten) {
        return new DatabaseServer(memory, forgotten::putBack);
    }

    @Bean
    @ConfigurationProperties("spring.datasource.hikari")
    HikariConfig poolSettings(DataSourceProperties properties) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(properties.determineUrl());
        settings.setDriverClassName(properties.determineDriverClassName());
        settings.setUsername(properties.determineUsername());
        settings.setPassword(properties.determinePassword());
        return settings;
    }

    /** A commit is on disk when it returns. The pool connects when it is first used, which may be tried again. */
    @Bean
    @Primary
    HikariDataSource dataSource(ConnectionPools pools) {
        return pools.general();
    }

    /** One-time codes and incidents, which never wait for the connections of the rest. */
    @Bean
    HikariDataSource urgentDataSource(ConnectionPools pools) {
        return pools.urgent();
    }

    /** Claims and callbacks, in batches: a commit is on disk when it returns. */
    @Bean
    HikariDataSource batchDataSource(ConnectionPools pools) {
        return pools.few("batches");
    }

    /**
     * Pool for outcomes of a send, in batches. Their statements turn synchronous_commit off, each for itself: a commit
     * may be lost with the database's machine, never in part. The row is then still reserved, and reconciliation
     * determines its outcome. So an outcome does not wait for the disk.
     */
    @Bean
    HikariDataSource outcomeDataSource(ConnectionPools pools) {
        return pools.few("outcomes");
    }

    @Bean
    PhoneNumbers phoneNumbers() {
        return new PhoneNumbers();
    }

    @Bean
    WrittenNumbers writtenNumbers(PhoneNumbers phones, TextOnceProperties settings) {
        return new WrittenNumbers(phones, settings.regions());
    }

    @Bean
    PhoneTimeZones phoneTimeZones() {
        return new PhoneTimeZones();
    }

    @Bean
    Recipients recipients(TextOnceProperties settings) {
        return new Recipients(settings.recipients());
    }

    @Bean
    PhoneHash phoneHash(TextOnceProperties settings) {
        return new PhoneHash(
                settings.hashKey().getBytes(StandardCharsets.UTF_8),
                settings.hashKeyPrevious().stream()
                        .map(key -> key.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }

    /** The connections of the migration were not recognized yet, so they are not used any more. */
    @Bean
    @DependsOnDatabaseInitialization
    RestoreMode restore(
            HikariDataSource dataSource,
            @Qualifier("urgentDataSource") HikariDataSource urgentDataSource,
            DatabaseServer server,
            TextOnceProperties settings,
            Clock clock) {
        var restore = new RestoreMode(
                new JdbcTemplate(dataSource),
                new JdbcTemplate(urgentDataSource),
                settings.restoredTo(),
                settings.lease(),
                clock);
        server.begin(restore);
        Stream.of(dataSource, urgentDataSource)
                .map(HikariDataSource::getHikariPoolMXBean)
                .filter(Objects::nonNull)
                .forEach(HikariPoolMXBean::softEvictConnections);
        if (settings.restoredTo() != null) {
            LOG.warn(
                    "The database was restored to {}. Until {}, each message is looked up at Twilio before it is sent",
                    settings.restoredTo(),
                    restore.until());
        }
        return restore;
    }

    /** A turn that is lost with the database's machine leaves its text reserved, as an outcome does. */
    @Bean
    SendAdmission admission(RestoreMode restore, HikariDataSource outcomeDataSource, TextOnceProperties settings) {
        return new SendAdmission(
                restore,
                new SenderRateLimit(
                        new JdbcTemplate(outcomeDataSource), settings.twilio().segmentsPerSecond()));
    }

    @Bean
    CapCounters capCounters(@Qualifier("batchDataSource") DataSource dataSource) {
        return new CapCounters(new JdbcTemplate(dataSource));
    }

    @Bean
    Caps caps(
            @Qualifier("batchDataSource") DataSource dataSource,
            CapCounters counters,
            PhoneHash phoneHash,
            MeterRegistry meters,
            TextOnceProperties settings,
            Clock clock) {
        var jdbc = new JdbcTemplate(dataSource);
        return new Caps(
                jdbc,
                new TransactionTemplate(new JdbcTransactionManager(dataSource)),
                Cap.all(settings),
                counters,
                new FrequencyCap(jdbc, settings.frequency()),
                phoneHash,
                meters,
                clock);
    }

    @Bean
    ClaimRepository claimRepository(
            @Qualifier("batchDataSource") DataSource dataSource,
            Caps caps,
            PhoneNumbers phones,
            TextOnceProperties settings) {
        return new ClaimRepository(
                new JdbcTemplate(dataSource),
                caps,
                phones,
                settings.lease(),
                !settings.subscribers().isEmpty());
    }

    @Bean
    IdempotentClaims deliveries(
            ClaimRepository claims,
            PhoneHash phoneHash,
            SendAdmission admission,
            WriteMemory memory,
            ForgottenWrites forgotten,
            TextOnceProperties settings,
            Clock clock) {
        return new IdempotentClaims(claims, phoneHash, settings.lease(), admission, memory, forgotten::putBack, clock);
    }

    @Bean
    Redirection redirection(Recipients recipients, PhoneNumbers phones, PhoneHash phoneHash) {
        return Redirection.of(recipients, phones, phoneHash);
    }

    @Bean
    DueRepository dueDeliveries(
            JdbcTemplate jdbc,
            Redirection redirection,
            Senders senders,
            BarredMessages barred,
            TextOnceProperties settings) {
        return new DueRepository(jdbc, senders::current, settings.lease(), redirection, barred);
    }

    /** Known to the kamelet {@code sms-send-sink}. */
    @Bean
    TimeBounds timeBounds(TextOnceProperties settings) {
        return TimeBounds.of(settings);
    }

    @Bean
    SendRules sendRules(
            OptOuts optOuts,
            Recipients recipients,
            PhoneTimeZones phoneTimeZones,
            TextOnceProperties settings,
            Clock clock) {
        var byClient = new HashMap<String, Countries>();
        settings.clients().forEach((name, client) -> byClient.put(name, Countries.listed(client.countries())));
        var everywhere = new Countries(
                settings.countries().allowed(), settings.countries().denied());
        return new SendRules(
                optOuts,
                new RecipientGuards(recipients, everywhere, byClient),
                phoneTimeZones,
                settings.timeZone(),
                settings.consent().maxAge(),
                clock);
    }
}
