package io.textonce.intake;

import io.textonce.delivery.Lookups;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Dead letters of the table: what user routes skipped, and what the dead-letter queue did not accept. */
@Component
final class TableLetters implements DeadLetterPlace {

    private static final String SELECT = """
            SELECT encode(sha256, 'hex') AS key, created_at, event, route, reason, body FROM textonce.dead_letters
            """;

    private static final String NEWEST = SELECT + "ORDER BY created_at DESC";

    /** Rows in memory at a time: a body may have a megabyte. */
    private static final int FETCHED = 20;

    private static final String REMOVE = "DELETE FROM textonce.dead_letters WHERE sha256 = ?";

    private final JdbcTemplate jdbc;
    private final JdbcTemplate browser;
    private final TransactionOperations transactions;

    TableLetters(DataSource dataSource, TransactionOperations transactions) {
        this.jdbc = Lookups.jdbc(dataSource);
        this.browser = Lookups.jdbc(dataSource);
        browser.setFetchSize(FETCHED);
        this.transactions = transactions;
    }

    @Override
    public String name() {
        return "table";
    }

    @Override
    public @Nullable String source() {
        return null;
    }

    @Override
    public List<DeadLetter> list(Predicate<DeadLetter> wanted) {
        return Objects.requireNonNull(transactions.execute(read -> browser.query(NEWEST, rows -> {
            var letters = new ArrayList<DeadLetter>();
            while (letters.size() < MOST && rows.next()) {
                var letter = letter(rows, 0);
                if (wanted.test(letter)) {
                    letters.add(letter.listed());
                }
            }
            return letters;
        })));
    }

    @Override
    public Optional<DeadLetter> find(String key) {
        return jdbc.query(SELECT + "WHERE encode(sha256, 'hex') = ?", this::letter, key).stream()
                .findFirst();
    }

    private DeadLetter letter(ResultSet row, int number) throws SQLException {
        return new DeadLetter(
                name(),
                row.getString("key"),
                row.getTimestamp("created_at").toInstant(),
                row.getString("event"),
                row.getString("route"),
                row.getString("reason"),
                "",
                new String(row.getBytes("body"), StandardCharsets.UTF_8),
                false);
    }

    @Override
    public boolean remove(DeadLetter letter) {
        return jdbc.update(REMOVE, HexFormat.of().parseHex(letter.key())) > 0;
    }
}
