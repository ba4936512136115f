package io.textonce.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A migration runs while the version before it works on the same tables, so it only adds. What that version reads or
 * writes stays as it is, and no statement keeps a large table locked (docs/operations.md, Upgrading).
 */
class MigrationsTest {

    private static final Path FOLDER = Path.of("src/main/resources/db/migration");

    /** The first that meets instances of the version before: V1 is the schema itself. */
    private static final int FIRST = 2;

    private static final Pattern COMMENT = Pattern.compile("--[^\n]*");
    private static final Pattern CREATED = Pattern.compile("(?i)CREATE TABLE (?:IF NOT EXISTS )?([a-z_.]+)");
    private static final Pattern INDEX =
            Pattern.compile("(?is)^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON ([a-z_.]+).*");

    /** What may not be done to a table that was there before, and why. */
    private static final Map<Pattern, String> FORBIDDEN = Map.of(
            Pattern.compile("(?i)\\bDROP (TABLE|COLUMN|VIEW|FUNCTION|TYPE|SCHEMA)\\b"),
            "the version before reads it; drop it one version later",
            Pattern.compile("(?i)\\bRENAME\\b"),
            "the version before knows the old name; add the new one beside it",
            Pattern.compile("(?i)\\bALTER (COLUMN )?\\w+ (SET DATA )?TYPE\\b"),
            "it rewrites the table, and the version before writes the old type",
            Pattern.compile("(?i)\\bSET NOT NULL\\b"),
            "the version before may write null",
            Pattern.compile("(?is)\\bADD COLUMN (?:(?!DEFAULT|,).)*NOT NULL(?:(?!DEFAULT|,).)*$"),
            "the version before does not write it; give it a default",
            Pattern.compile("(?is)\\bADD CONSTRAINT (?:(?!NOT VALID).)*$"),
            "it reads the whole table under a lock, and the version before may break it; add it NOT VALID",
            Pattern.compile("(?i)^(UPDATE|DELETE FROM|TRUNCATE|LOCK|VACUUM|CLUSTER)\\b"),
            "it works on rows in one long transaction; do that in batches while it runs");

    static Stream<Path> files() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.sorted(Comparator.comparingInt(MigrationsTest::number)).toList().stream();
        }
    }

    @Test
    void onlyAddToWhatTheVersionBeforeUses() throws IOException {
        Set<String> tables = new HashSet<>();
        Map<String, List<String>> violations = new TreeMap<>();
        for (Path file : files().toList()) {
            String sql = Files.readString(file);
            if (number(file) >= FIRST) {
                var found = violations(sql, tables);
                if (!found.isEmpty()) {
                    violations.put(file.getFileName().toString(), found);
                }
            }
            tables.addAll(created(sql));
        }

        assertThat(violations).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE textonce.deliveries DROP COLUMN body",
                "ALTER TABLE textonce.deliveries RENAME COLUMN body TO text",
                "ALTER TABLE textonce.deliveries ALTER COLUMN attempt TYPE bigint",
                "ALTER TABLE textonce.deliveries ALTER COLUMN body SET NOT NULL",
                "ALTER TABLE textonce.deliveries ADD COLUMN pace integer NOT NULL",
                "ALTER TABLE textonce.deliveries ADD COLUMN a text, ADD COLUMN pace integer NOT NULL",
                "ALTER TABLE textonce.deliveries ADD CONSTRAINT deliveries_check CHECK (attempt > 0)",
                "UPDATE textonce.deliveries SET body = ''",
                "CREATE INDEX deliveries_idx ON textonce.deliveries (body)",
                "DROP TABLE textonce.deliveries"
            })
    void refusesWhatTheVersionBeforeCouldNotStand(String statement) {
        assertThat(violations(statement + ";", Set.of("textonce.deliveries"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE textonce.deliveries ADD COLUMN pace integer",
                "ALTER TABLE textonce.deliveries ADD COLUMN pace integer NOT NULL DEFAULT 0",
                "ALTER TABLE textonce.deliveries ADD CONSTRAINT deliveries_check CHECK (attempt > 0) NOT VALID",
                "CREATE TABLE textonce.news (id bigint NOT NULL, CONSTRAINT news_pk PRIMARY KEY (id))",
                "CREATE INDEX news_idx ON textonce.news (id)",
                "-- Locks deliveries for 2 s a million rows.\nCREATE INDEX deliveries_idx ON textonce.deliveries (body)"
            })
    void takesWhatOnlyAdds(String statement) {
        assertThat(violations(statement + ";", Set.of("textonce.deliveries"))).isEmpty();
    }

    private static List<String> violations(String sql, Set<String> tables) {
        List<String> violations = new ArrayList<>();
        for (String text : COMMENT.matcher(sql).replaceAll("").split(";")) {
            String statement = text.trim();
            FORBIDDEN.forEach((pattern, reason) -> {
                if (pattern.matcher(statement).find()) {
                    violations.add(statement + ": " + reason);
                }
            });
            var index = INDEX.matcher(statement);
            if (index.matches() && tables.contains(index.group(1)) && !sql.contains("-- Locks ")) {
                violations.add(statement + ": it locks the table against writing while it is built; say in a comment"
                        + " '-- Locks …' for how long, or build it beforehand");
            }
        }
        return violations;
    }

    private static Set<String> created(String sql) {
        Set<String> tables = new HashSet<>();
        CREATED.matcher(sql).results().forEach(created -> tables.add(created.group(1)));
        return tables;
    }

    private static int number(Path file) {
        return Integer.parseInt(file.getFileName().toString().replaceAll("V(\\d+)__.*", "$1"));
    }
}
