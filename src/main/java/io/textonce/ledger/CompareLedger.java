package io.textonce.ledger;

import io.textonce.message.Senders;
import io.textonce.peer.ReadOnlyConnection;
import io.textonce.privacy.CommandConsole;
import io.textonce.settings.OperatorCommand;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioMessages;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
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

    /**
     * Prints each message that only Twilio or only a delivery has, and how many there are.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        var operands = OperatorCommand.operands(COMMAND, args);
        LocalDate day;
        try {
            day = operands.isEmpty()
                    ? LocalDate.now(Clock.systemUTC()).minusDays(1)
                    : LocalDate.parse(String.join(" ", operands));
        } catch (DateTimeParseException e) {
            CommandConsole.problem(COMMAND + " takes one day, such as 2026-11-25, and has " + e.getParsedString());
            return CommandConsole.USAGE;
        }
        return OperatorCommand.start(COMMAND, CompareLedger.class, context -> compare(day, context), args);
    }

    private static int compare(LocalDate day, ApplicationContext context) {
        var settings = context.getBean(TextOnceProperties.class);
        try (var connection = new ReadOnlyConnection(context.getBean(DataSourceProperties.class))) {
            var jdbc = new JdbcTemplate(connection);
            return compare(
                    day,
                    new LedgerComparison(TwilioMessages.of(settings.twilio()), jdbc, new Senders(settings), settings));
        }
    }

    private static int compare(LocalDate day, LedgerComparison comparison) {
        String obstacle = comparison.obstacle(day);
        if (obstacle != null) {
            CommandConsole.problem(day + " can't be compared: " + obstacle);
            return CommandConsole.FINDINGS;
        }
        var compared = comparison.of(day, () -> {});
        compared.differences()
                .forEach(difference -> CommandConsole.result(difference.sid() + " of " + difference.sentAt() + ": "
                        + difference.kind().words()));
        CommandConsole.result("%s: %d messages at Twilio, %d unexplained, %d missing"
                .formatted(
                        day,
                        compared.listed(),
                        compared.count(Comparison.Kind.UNEXPLAINED),
                        compared.count(Comparison.Kind.MISSING)));
        return compared.differences().isEmpty() ? CommandConsole.OK : CommandConsole.FINDINGS;
    }
}
