package io.textonce.intake;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Dead letters of the table: what user routes skipped, and what the dead-letter queue did not accept. */
@Component
final class TableLetters implements DeadLetterPlace {

    private static final String LIST = """
            SELECT encode(sha256, 'hex') AS key, created_at, event, route, reason, body FROM textonce.dead_letters
            ORDER BY created_at DESC LIMIT ?
            """;

    private static final String REMOVE = "DELETE FROM textonce.dead_letters WHERE sha256 = ?";

    private final JdbcTemplate jdbc;

    TableLetters(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
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
    public List<DeadLetter> list() {
        return jdbc.query(LIST, this::letter, MOST);
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
