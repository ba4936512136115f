package io.textonce.intake.file;

import io.textonce.event.EventRejected;
import io.textonce.intake.DeadLetter;
import io.textonce.intake.DeadLetterPlace;
import io.textonce.intake.RouteSchemas;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** Dead letters of the reject files in {@code failed/}: each rejected line, or a whole file that could not be read. */
@Component
final class FileLetters implements DeadLetterPlace {

    private static final String WHOLE = "whole";

    private final Inbox inbox;
    private final RouteSchemas schemas;
    private final FileTurns turns;

    FileLetters(Inbox inbox, RouteSchemas schemas, FileTurns turns) {
        this.turns = turns;
        this.inbox = inbox;
        this.schemas = schemas;
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public String source() {
        return "file";
    }

    @Override
    public List<DeadLetter> list(Predicate<DeadLetter> wanted) throws IOException {
        var letters = new ArrayList<DeadLetter>();
        for (Path file : inbox.rejectFiles()) {
            if (letters.size() < MOST) {
                try {
                    letters(file).stream()
                            .filter(wanted)
                            .limit(MOST - letters.size())
                            .forEach(letters::add);
                } catch (NoSuchFileException e) {
                    // An operator moved it away meanwhile.
                }
            }
        }
        return letters;
    }

    @Override
    public Optional<DeadLetter> find(String key) throws IOException {
        for (Path file : inbox.rejectFiles()) {
            if (key.startsWith(key(file))) {
                try {
                    return letters(file).stream()
                            .filter(letter -> letter.key().equals(key))
                            .findFirst();
                } catch (NoSuchFileException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** Returns the first part of the keys of a file's letters. */
    private String key(Path file) {
        return inbox.event(file.getParent().resolveSibling(file.getFileName())) + "/" + file.getFileName() + "#";
    }

    private List<DeadLetter> letters(Path file) throws IOException {
        var content = RejectedLines.read(file);
        String event = inbox.event(file.getParent().resolveSibling(file.getFileName()));
        String origin = event + "/failed/" + file.getFileName();
        var at = Files.getLastModifiedTime(file).toInstant();
        if (content.wholeFile() != null) {
            return List.of(new DeadLetter(
                    name(),
                    key(file) + WHOLE,
                    at,
                    event,
                    origin,
                    RejectedLines.text(content.wholeFile()),
                    "",
                    "",
                    true));
        }
        return content.lines().stream()
                .map(line -> new DeadLetter(
                        name(),
                        key(file) + line.key(),
                        at,
                        event,
                        origin + ", " + line.place(),
                        RejectedLines.text(line.reason()),
                        RejectedLines.text(content.head()),
                        RejectedLines.text(line.raw()),
                        false))
                .toList();
    }

    @Override
    public boolean remove(DeadLetter letter) throws IOException {
        Path file = file(letter);
        return turns.take(file, () -> remove(letter, file));
    }

    private static boolean remove(DeadLetter letter, Path file) throws IOException {
        if (letter.wholeFile()) {
            return Files.deleteIfExists(file);
        }
        RejectedLines content;
        try {
            content = RejectedLines.read(file);
        } catch (NoSuchFileException e) {
            return false;
        }
        var rest = content.without(letter.key().substring(letter.key().indexOf('#') + 1));
        if (rest == null) {
            return false;
        }
        if (rest.lines().isEmpty()) {
            return Files.deleteIfExists(file);
        }
        var modified = Files.getLastModifiedTime(file);
        Path part = file.resolveSibling("." + file.getFileName() + ".rest");
        rest.write(part);
        Files.setLastModifiedTime(part, modified);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private Path file(DeadLetter letter) {
        String path = letter.key().substring(0, letter.key().lastIndexOf('#'));
        return inbox.failed(path.substring(0, path.indexOf('/')), path.substring(path.indexOf('/') + 1));
    }

    @Override
    public String json(DeadLetter letter, String body) throws IOException {
        String text = (letter.head().isEmpty() ? "" : letter.head() + "\n") + body;
        String event = letter.event();
        try (var file = EventFile.of(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                file(letter).getFileName().toString(),
                schemas.fieldsOf(event))) {
            var line = file.hasNext() ? file.next() : null;
            if (line == null || line.json() == null) {
                throw new EventRejected(
                        400, "invalid_request", "The line " + (line == null ? "is empty" : line.problem()) + ".");
            }
            return new String(line.json(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void readAgain(DeadLetter letter) throws IOException {
        Path file = file(letter);
        turns.take(
                file,
                () -> Inbox.place(
                        file,
                        file.getParent().resolveSibling(""),
                        file.getFileName().toString()));
    }
}
