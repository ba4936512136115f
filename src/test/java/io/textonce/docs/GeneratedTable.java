package io.textonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The first table below a heading of a document. Its rows are generated: {@code ./mvnw test -Dtest='*TableTest'
 * -Ddocs.write} writes them, and every other run compares them.
 */
record GeneratedTable(Path document, String heading) {

    /** Compares the rows with those of the document, or writes them. */
    void hasRows(List<String> rows) throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(document));
        int start = lines.indexOf(heading);
        assertThat(start).as("the line \"%s\" of %s", heading, document).isNotNegative();
        while (!lines.get(start).startsWith("| ---")) {
            start++;
        }
        var table = lines.subList(start + 1, end(lines, start + 1));
        if (System.getProperty("docs.write") != null) {
            table.clear();
            table.addAll(rows);
            Files.write(document, lines);
        } else {
            assertThat(table)
                    .as("%s, table below \"%s\"; rewrite it with -Ddocs.write", document, heading)
                    .containsExactlyElementsOf(rows);
        }
    }

    private static int end(List<String> lines, int start) {
        int end = start;
        while (end < lines.size() && lines.get(end).startsWith("|")) {
            end++;
        }
        return end;
    }
}
