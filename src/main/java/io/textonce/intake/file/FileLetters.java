package io.textonce.intake.file;

import io.textonce.event.EventName;
import io.textonce.event.EventRejected;
import io.textonce.intake.DeadLetter;
import io.textonce.intake.DeadLetterPlace;
import io.textonce.intake.RouteSchemas;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
                    letters.addAll(letters(file, wanted, MOST - letters.size()));
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
            if (key.substring(0, key.lastIndexOf('#') + 1).equals(key(file))) {
                try {
                    return letters(file, letter -> letter.key().equals(key), 1).stream()
                            .findFirst();
                } catch (NoSuchFileException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** Returns the first part of the keys of a file's letters. */
    private static String key(Path file) {
        return folder(file) + "/" + file.getFileName() + "#";
    }

    /** Returns the name of the folder in which a file was dropped: the event, unless it has a mistake. */
    private static String folder(Path file) {
        return file.getParent().getParent().getFileName().toString();
    }

    /** Returns the first letters of a file that match; no more of it is read. */
    private List<DeadLetter> letters(Path file, Predicate<DeadLetter> wanted, int most) throws IOException {
        String event = EventName.isValid(folder(file)) ? folder(file) : null;
        String origin = folder(file) + "/failed/" + file.getFileName();
        var at = Files.getLastModifiedTime(file).toInstant();
        try (var content = RejectedLines.open(file)) {
            String reason = content.wholeFile();
            if (reason != null) {
                return Stream.of(new DeadLetter(
                                name(), key(file) + WHOLE, at, event, origin, RejectedLines.text(reason), "", "", true))
                        .filter(wanted)
                        .toList();
            }
            var letters = new ArrayList<DeadLetter>();
            RejectedLines.Line line;
            while (letters.size() < most && (line = content.next()) != null) {
                var letter = new DeadLetter(
                        name(),
                        key(file) + line.key(),
                        at,
                        event,
                        origin + ", " + line.place(),
                        RejectedLines.text(line.reason()),
                        RejectedLines.text(content.head()),
                        RejectedLines.text(line.raw()),
                        false);
                if (wanted.test(letter)) {
                    letters.add(letter);
                }
            }
            return letters;
        }
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
        String key = letter.key().substring(letter.key().lastIndexOf('#') + 1);
        try {
            return RejectedLines.replace(file, out -> copyWithout(key, file, out)) > 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Copies a file without the first record of a key. */
    private static RejectedLines.Copied copyWithout(String key, Path file, OutputStream out) throws IOException {
        int gone = 0;
        int kept = 0;
        try (var content = RejectedLines.open(file)) {
            out.write(RejectedLines.bytes(content.head()));
            for (var line = content.next(); line != null; line = content.next()) {
                if (gone == 0 && line.key().equals(key)) {
                    gone++;
                } else {
                    out.write(line.bytes());
                    kept++;
                }
            }
        }
        return new RejectedLines.Copied(gone, kept);
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
            if (file.hasNext()) {
                throw new EventRejected(
                        400, "invalid_request", "The body has more than one event; the others would be lost.");
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
