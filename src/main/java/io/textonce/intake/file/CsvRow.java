package io.textonce.intake.file;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parser of one row of RFC 4180, fed line by line until its quotes are closed. It is strict: a quote is either around a
 * cell or doubled within one, since the meaning of a stray quote can only be guessed. It works on bytes; the characters
 * that matter are ASCII, which in UTF-8 is never part of another character.
 */
final class CsvRow {

    private enum State {
        START,
        PLAIN,
        QUOTED,
        /** After a quote in a quoted cell: the end of the cell or the first of a doubled quote. */
        QUOTE
    }

    private final byte delimiter;
    private final List<byte[]> cells = new ArrayList<>();
    private final ByteArrayOutputStream cell = new ByteArrayOutputStream(32);
    private State state = State.START;
    private @Nullable String problem;

    CsvRow(byte delimiter) {
        this.delimiter = delimiter;
    }

    /** Adds one line, without its line feed; false if the row continues on the next line. */
    boolean endsWith(byte[] line) {
        if (state == State.QUOTED) {
            cell.write('\n');
        }
        for (int i = 0; i < line.length && problem == null; i++) {
            boolean lineEnd = line[i] == '\r' && i == line.length - 1;
            take(line[i], lineEnd);
        }
        if (state == State.QUOTED && problem == null) {
            return false;
        }
        endCell();
        return true;
    }

    @Nullable
    String problem() {
        return problem;
    }

    List<byte[]> cells() {
        return cells;
    }

    private void take(byte b, boolean lineEnd) {
        switch (state) {
            case START, PLAIN -> {
                if (b == delimiter) {
                    endCell();
                } else if (b != '"') {
                    state = State.PLAIN;
                    if (!lineEnd) {
                        cell.write(b);
                    }
                } else if (state == State.START) {
                    state = State.QUOTED;
                } else {
                    problem = "has a quote inside an unquoted cell: quote the cell and double that quote";
                }
            }
            case QUOTED -> {
                if (b == '"') {
                    state = State.QUOTE;
                } else {
                    cell.write(b);
                }
            }
            case QUOTE -> {
                if (b == '"') {
                    state = State.QUOTED;
                    cell.write(b);
                } else if (b == delimiter) {
                    endCell();
                } else if (!lineEnd) {
                    problem = "has text after a closing quote: double the quotes inside a cell";
                }
            }
        }
    }

    private void endCell() {
        cells.add(cell.toByteArray());
        cell.reset();
        state = State.START;
    }
}
