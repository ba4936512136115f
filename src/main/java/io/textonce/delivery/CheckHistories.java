package io.textonce.delivery;

import io.textonce.peer.ReadOnlyConnection;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Operator's command {@code check-histories}: checks the deliveries of the configured database, over one connection that
 * can't write, and ends.
 */
@EnableConfigurationProperties(DataSourceProperties.class)
public class CheckHistories {

    public static final String COMMAND = "check-histories";

    private static final Logger LOG = LoggerFactory.getLogger(CheckHistories.class);

    private static final int FORBIDDEN = 2;

    /**
     * Logs each delivery that the model forbids, and how many there are.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        var application = new SpringApplicationBuilder(CheckHistories.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false);
        try (var context = application.run(args)) {
            var connection = new ReadOnlyConnection(context.getBean(DataSourceProperties.class));
            try {
                return check(new JdbcTemplate(connection));
            } finally {
                connection.destroy();
            }
        }
    }

    private static int check(JdbcTemplate jdbc) {
        var forbidden = new AtomicLong();
        long deliveries = new Histories(jdbc).check((delivery, why) -> {
            forbidden.incrementAndGet();
            LOG.warn("Delivery {}: {}", delivery, why);
        });
        LOG.info("{} deliveries, {} that the model forbids", deliveries, forbidden);
        return forbidden.get() == 0 ? 0 : FORBIDDEN;
    }
}
