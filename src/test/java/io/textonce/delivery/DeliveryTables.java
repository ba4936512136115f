package io.textonce.delivery;

import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** The tables and what reads and writes them, without the application. */
public record DeliveryTables(DueDeliveries due, Deliveries claims) {

    private static final String SENDER = "+15551234567";

    public static DeliveryTables migrate(DataSource dataSource, Duration lease) {
        Flyway.configure()
                .dataSource(dataSource)
                .schemas("textonce")
                .defaultSchema("textonce")
                .load()
                .migrate();
        var jdbc = new JdbcTemplate(dataSource);
        return new DeliveryTables(
                new DueDeliveries(jdbc, SENDER, lease),
                new Deliveries(
                        jdbc, new PhoneNumbers(), new PhoneHash(new byte[32]), SENDER, lease, Clock.systemUTC()));
    }
}
