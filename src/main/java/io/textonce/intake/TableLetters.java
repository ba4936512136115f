package io.textonce.intake;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Dead letters of the table: what user routes skipped, and what the dead-letter queue did not accept. */
@Component
final class TableLetters implements DeadLetterPlace {

    private static final String SELECT = """
            SELECT encode(sha256, 'hex') AS key, created_at, event, route, reason, body FROM textonce.dead_letters
            """;

    private static final String REMOVE = "DELETE FROM textonce.dead_letters WHERE sha256 = ?";

    private final JdbcTemplate jdbc;

    TableLetters(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
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
        return jdbc.query(SELECT + "ORDER BY created_at DESC LIMIT ?", this::letter, MOST);
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
