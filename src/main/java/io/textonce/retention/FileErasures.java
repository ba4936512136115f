package io.textonce.retention;

import io.textonce.intake.file.InboxErasure;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.WrittenNumbers;
import io.textonce.privacy.RepeatedLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Work list of erasures in reject files. Each instance has an inbox, which may be its own, so each goes through the list
 * once. It has a person as keyed hashes, for a day: no instance knows which others there are.
 */
@Component
final class FileErasures {

    private static final Logger LOG = LoggerFactory.getLogger(FileErasures.class);

    /** Query of the list. For ten seconds an erasure is left to its request, whose response has the number of lines. */
    private static final String OPEN = """
            SELECT id, phone_hashes, last_digits FROM textonce.file_erasures
            WHERE requested_at > now() - interval '1 day' AND requested_at < now() - interval '10 s' ORDER BY requested_at
            """;

    private final JdbcTemplate jdbc;
    private final InboxErasure inbox;
    private final WrittenNumbers numbers;
    private final PhoneHash hash;
    private final Set<UUID> done = new HashSet<>();
    private final RepeatedLines failures = new RepeatedLines();

    FileErasures(JdbcTemplate jdbc, InboxErasure inbox, WrittenNumbers numbers, PhoneHash hash) {
        this.jdbc = jdbc;
        this.inbox = inbox;
        this.numbers = numbers;
        this.hash = hash;
    }

    /** Erases the persons of the list that this instance has not erased yet. */
    void step() {
        var open = jdbc.query(
                OPEN,
                (row, n) -> new Person(
                        row.getObject("id", UUID.class),
                        (byte[][]) row.getArray("phone_hashes").getArray(),
                        row.getString("last_digits")));
        done.retainAll(open.stream().map(Person::id).toList());
        var wanted = open.stream().filter(person -> !done.contains(person.id())).toList();
        if (!wanted.isEmpty()) {
            erase(wanted);
        }
    }

    /** Searches the files once, however many persons there are. */
    private void erase(List<Person> persons) {
        try {
            int lines = erase(
                    persons.stream()
                            .flatMap(person -> Stream.of(person.hashes()))
                            .toList(),
                    persons.stream().map(Person::lastDigits).collect(Collectors.toSet()));
            persons.forEach(person -> done.add(person.id()));
            if (lines > 0) {
                LOG.info("{} rejected lines of persons were erased", lines);
            }
        } catch (IOException | UncheckedIOException e) {
            failures.log(
                    "inbox",
                    omitted -> LOG.warn(
                            "Persons' rejected lines could not be erased; this is retried for a day: {}",
                            e.toString()));
        }
    }

    /** Removes the rejected lines of persons from this instance's inbox, and returns how many. */
    int erase(List<byte[]> hashes, Set<String> lastDigits) throws IOException {
        var wanted = hashes.stream().map(ByteBuffer::wrap).collect(Collectors.toSet());
        return inbox.erase(
                text -> numbers.isIn(text, lastDigits, number -> wanted.contains(ByteBuffer.wrap(hash.of(number)))));
    }

    private record Person(UUID id, byte[][] hashes, String lastDigits) {}
}
