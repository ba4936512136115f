package io.textonce.delivery;

import io.textonce.peer.ReadOnlyConnection;
import io.textonce.privacy.CommandConsole;
import io.textonce.settings.OperatorCommand;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Operator's command {@code check-histories}: checks the deliveries of the configured database, over one connection that
 * can't write, and ends.
 */
@EnableConfigurationProperties(DataSourceProperties.class)
public class CheckHistories {

    public static final String COMMAND = "check-histories";

    /**
     * Prints each delivery that the model forbids, and how many there are.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        return OperatorCommand.run(COMMAND, CheckHistories.class, CheckHistories::check, args);
    }

    private static int check(ApplicationContext context) {
        try (var connection = new ReadOnlyConnection(context.getBean(DataSourceProperties.class))) {
            return check(new JdbcTemplate(connection));
        }
    }

    private static int check(JdbcTemplate jdbc) {
        var forbidden = new AtomicLong();
        long deliveries = new Histories(jdbc).check((delivery, why) -> {
            forbidden.incrementAndGet();
            CommandConsole.result("Delivery " + delivery + ": " + why);
        });
        CommandConsole.result(deliveries + " deliveries, " + forbidden + " that the model forbids");
        return forbidden.get() == 0 ? CommandConsole.OK : CommandConsole.FINDINGS;
    }
}
