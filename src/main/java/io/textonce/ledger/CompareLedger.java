package io.textonce.ledger;

import io.textonce.message.Senders;
import io.textonce.peer.ReadOnlyConnection;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioMessages;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Operator's command {@code compare-ledger DAY}: compares the messages that Twilio sent on a day in UTC (yesterday by
 * default) with the deliveries, over one connection that can't write, and ends.
 */
@EnableConfigurationProperties(DataSourceProperties.class)
@ComponentScan(basePackageClasses = TextOnceProperties.class)
public class CompareLedger {

    public static final String COMMAND = "compare-ledger";

    private static final Logger LOG = LoggerFactory.getLogger(CompareLedger.class);

    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    private static final int FAILED = 1;
    private static final int DIFFERENT = 2;

    /**
     * Logs each message that only Twilio or only a delivery has, and how many there are.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        var day = Arrays.stream(args)
                .filter(DAY.asMatchPredicate())
                .map(LocalDate::parse)
                .findFirst()
                .orElseGet(() -> LocalDate.now(Clock.system(ZoneOffset.UTC)).minusDays(1));
        var application = new SpringApplicationBuilder(CompareLedger.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false);
        try (var context = application.run(args)) {
            var settings = context.getBean(TextOnceProperties.class);
            var connection = new ReadOnlyConnection(context.getBean(DataSourceProperties.class));
            try {
                var jdbc = new JdbcTemplate(connection);
                return compare(
                        day,
                        new LedgerComparison(
                                TwilioMessages.of(settings.twilio()), jdbc, new Senders(settings), settings));
            } finally {
                connection.destroy();
            }
        }
    }

    private static int compare(LocalDate day, LedgerComparison comparison) {
        String obstacle = comparison.obstacle(day);
        if (obstacle != null) {
            LOG.error("{} can't be compared: {}", day, obstacle);
            return FAILED;
        }
        var compared = comparison.of(day, () -> {});
        compared.differences()
                .forEach(difference -> LOG.warn(
                        "{} of {}: {}",
                        difference.sid(),
                        difference.sentAt(),
                        difference.kind().words()));
        LOG.info(
                "{}: {} messages at Twilio, {} unexplained, {} missing",
                day,
                compared.listed(),
                compared.count(Comparison.Kind.UNEXPLAINED),
                compared.count(Comparison.Kind.MISSING));
        return compared.differences().isEmpty() ? 0 : DIFFERENT;
    }
}
