package io.textonce.intake.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class EventFileTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    // JSON lines

    @Test
    void readsOneObjectALine() {
        assertThat(read("orders.jsonl", "{\"id\":1}", "{\"id\":2}")).containsExactly("1 {\"id\":1}", "2 {\"id\":2}");
    }

    @Test
    void skipsBlankLinesAndCommentsAndCountsThem() {
        String[] lines = {
            "\uFEFF# a byte order mark, then a comment", //
            "",
            " \t",
            "{\"id\":1}\r", // from Windows
            "# another comment",
            "{\"id\":2}", // the last line has no end
        };

        assertThat(read("orders.jsonl", lines)).containsExactly("4 {\"id\":1}", "6 {\"id\":2}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":                        | is not valid JSON at column", // ends in the middle
                "{\"id\":1                       | is not valid JSON at column 8",
                "{\"id\":tel4155552671}          | is not valid JSON at column", // Jackson's words quote the number
                "{'id':1}                        | is not valid JSON at column 2", // single quotes
                "{\"id\":1,}                     | is not valid JSON at column 9", // trailing comma
                "{\"id\":1,\"id\":2}             | has a duplicate name at column",
                "{\"a\":{\"id\":1,\"id\":2}}     | has a duplicate name at column",
                "{\"id\":1} {\"id\":2}           | has content after the end of the object",
                "{\"id\":1} #                    | is not valid JSON at column",
                "[{\"id\":1}]                    | is not a JSON object",
                "4155552671                      | is not a JSON object",
                "null                            | is not a JSON object",
                "{\"id\":\"\u0001\"}             | is not valid JSON at column", // a control character
                "{\"id\":NaN}                    | is not valid JSON at column",
            })
    void saysWhatIsWrongWithALineAndReadsOn(String line, String problem) {
        assertThat(read("orders.jsonl", line, "{\"id\":2}"))
                .hasSize(2)
                .satisfies(lines -> assertThat(lines.get(0)).startsWith("1 BAD " + problem))
                .contains("2 {\"id\":2}")
                .noneMatch(words -> words.contains("4155552671"));
    }

    @Test
    void acceptsThirtyTwoLevelsAndNoMore() {
        String deepest = "{\"a\":".repeat(31) + "{}" + "}".repeat(31);
        String tooDeep = "{\"a\":" + deepest + "}";

        assertThat(read("orders.jsonl", deepest, tooDeep, "[".repeat(60_000)))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("1 " + deepest),
                        line -> assertThat(line).startsWith("2 BAD is nested deeper than 32 levels"),
                        line -> assertThat(line).startsWith("3 BAD is not a JSON object"));
    }

    @Test
    void refusesALineInAForeignEncodingButNotItsNeighbours() {
        List<EventLine> lines =
                lines("orders.jsonl", ("{\"id\":1}\n{\"name\":\"M\u00fcller\"}\n{\"id\":3}").getBytes(ISO_8859_1));

        assertThat(words(lines)).containsExactly("1 {\"id\":1}", "2 BAD is not UTF-8", "3 {\"id\":3}");
        assertThat(lines.get(1).raw()).isEqualTo("{\"name\":\"M\u00fcller\"}".getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "C0 80", // an overlong NUL
                "ED A0 80", // half a surrogate pair
                "F5 80 80 80", // beyond Unicode
                "E2 82", // cut off
            })
    void refusesWhatOnlyLooksLikeUtf8(String hex) {
        var file = new ByteArrayOutputStream();
        file.writeBytes("{\"a\":\"".getBytes(UTF_8));
        for (String b : hex.split(" ")) {
            file.write(Integer.parseInt(b, 16));
        }
        file.writeBytes("\"}\n".getBytes(UTF_8));

        assertThat(words(lines("orders.jsonl", file.toByteArray()))).containsExactly("1 BAD is not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void acceptsALineOf64KibAndNoMore(String lineEnd) {
        String longest = "{\"a\":\"" + "x".repeat(Lines.LIMIT - 8) + "\"}";
        String tooLong = "{\"a\":\"" + "x".repeat(Lines.LIMIT - 7) + "\"}";
        String comment = "#" + "x".repeat(Lines.LIMIT);
        String file = String.join(lineEnd, longest, tooLong, comment, "{\"id\":4}");

        assertThat(words(lines("orders.jsonl", file.getBytes(UTF_8))))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("1 " + longest),
                        line -> assertThat(line).startsWith("2 BAD is longer than 64 KiB"),
                        line -> assertThat(line).isEqualTo("4 {\"id\":4}"));
    }

    // JSON documents

    @Test
    void readsAnArrayElementByElement() {
        String file = """
                [
                  {"id": 1, "total": 1.10},
                  {"id": 2, "items": [{"name": "Gr\u00fc\u00dfe \ud83d\ude00"}]}
                ]
                """;

        assertThat(read("orders.json", file))
                .containsExactly(
                        "1 {\"id\":1,\"total\":1.10}", // the number as it was written
                        "2 {\"id\":2,\"items\":[{\"name\":\"Gr\u00fc\u00dfe \\uD83D\\uDE00\"}]}");
    }

    @Test
    void readsASingleObject() {
        assertThat(read("order.json", "\uFEFF{\n\"id\": 1\n}\n")).containsExactly("1 {\"id\":1}");
    }

    @Test
    void skipsCommentsBeforeTheJson() {
        assertThat(read("order.json", "\uFEFF# mended by hand", "# twice", "[{\"id\":1}]"))
                .containsExactly("1 {\"id\":1}");
    }

    @Test
    void keepsNumbersAndHalfSurrogatesAsTheyWere() {
        String element = "{\"n\":123456789012345678901234567890.10,\"e\":1e400,\"s\":\"\\uD83D\"}";

        assertThat(read("orders.json", "[" + element + "]")).containsExactly("1 " + element);
    }

    @Test
    void refusesABadElementButNotItsNeighbours() {
        String deep = "[".repeat(40) + "]".repeat(40);
        String file = "[{\"id\":1}, 4155552671, {\"id\":3,\"id\":4}, [{}], {\"a\":\"%s\"}, {\"a\":%s}, {\"id\":7}]"
                .formatted("x".repeat(Lines.LIMIT), deep);

        assertThat(read("orders.json", file))
                .satisfiesExactly(
                        element -> assertThat(element).isEqualTo("1 {\"id\":1}"),
                        element -> assertThat(element).isEqualTo("2 BAD is not a JSON object"),
                        element -> assertThat(element).startsWith("3 BAD has a duplicate name"),
                        element -> assertThat(element).isEqualTo("4 BAD is not a JSON object"),
                        element -> assertThat(element).startsWith("5 BAD is longer than 64 KiB"),
                        element -> assertThat(element).startsWith("6 BAD is nested deeper than 32 levels"),
                        element -> assertThat(element).isEqualTo("7 {\"id\":7}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"id\":1},{\"id\":2},{\"id\": oops}]  | the JSON is broken in element 3 (line 1, column",
                "[{\"id\":1},{\"id\":2},{\"id\":         | the JSON is broken in element 3 (line 1, column",
                "[{\"id\":1},{\"id\":2} {\"id\":3}]      | the JSON is broken in element 3 (line 1, column",
                "[{\"id\":1},{\"id\":2},]                | the JSON is broken in element 3 (line 1, column",
                "[{\"id\":1},{\"id\":2}                  | the JSON is broken in element 3 (line 1, column",
                "[{\"id\":1},{\"id\":2}]{\"id\":3}       | there is more after the end of the JSON (line 1, column",
                "[{\"id\":1},{\"id\":2}]]                | the JSON is broken in element 3 (line 1, column",
            })
    void givesOutWhatCameBeforeTheBreakAndThenTheProblem(String file, String problem) {
        assertThat(read("orders.json", file))
                .hasSize(3)
                .startsWith("1 {\"id\":1}", "2 {\"id\":2}")
                .last()
                .asString()
                .startsWith("3 FILE " + problem)
                .endsWith("; nothing was read from there on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "null", "\"text\"", "true"})
    void refusesADocumentThatHoldsNoObjects(String file) {
        assertThat(read("orders.json", file))
                .containsExactly("1 FILE the file holds neither a JSON object nor an array of objects");
    }

    @Test
    void saysThatASecondObjectWasNotRead() {
        assertThat(read("orders.json", "{\"id\":1}", "{\"id\":2}"))
                .containsExactly(
                        "1 {\"id\":1}",
                        "2 FILE there is more after the end of the JSON (line 2, column 1)"
                                + "; nothing was read from there on");
    }

    @Test
    void refusesADocumentInAForeignEncoding() {
        byte[] file = "[{\"name\":\"M\u00fcller\"}]".getBytes(ISO_8859_1);

        assertThat(words(lines("orders.json", file)))
                .containsExactly("1 FILE the file is not UTF-8; nothing was read from element 1 on");
    }

    // CSV

    @Test
    void readsRowsAsObjectsOfStrings() {
        assertThat(read("orders.csv", "id,phone,total", "1,+14155552671,007", "2,\"+1 (415) 555-2671\",1.10"))
                .containsExactly(
                        "2 {\"id\":\"1\",\"phone\":\"+14155552671\",\"total\":\"007\"}",
                        "3 {\"id\":\"2\",\"phone\":\"+1 (415) 555-2671\",\"total\":\"1.10\"}");
    }

    @Test
    void readsCellsInQuotes() {
        String[] lines = {
            "\uFEFF# a comment above the header\r", //
            "\"id\", text \r", // the blanks around a name do not count
            "1,\"a, b\"\r", // 3
            "2,\"say \"\"hi\"\"\"\r", // 4
            "3,\"two\r", // 5: goes on in the next line
            "lines\"\r",
            "# a comment between rows\r",
            "\r",
            "4,\"\"\"\"\r", // 9: only a quote
            "\"#\",\"# not a comment\"\r", // 10
            "5, padded ", // 11: the blanks around a value do
        };

        assertThat(read("orders.csv", lines))
                .containsExactly(
                        "3 {\"id\":\"1\",\"text\":\"a, b\"}",
                        "4 {\"id\":\"2\",\"text\":\"say \\\"hi\\\"\"}",
                        "5 {\"id\":\"3\",\"text\":\"two\\r\\nlines\"}",
                        "9 {\"id\":\"4\",\"text\":\"\\\"\"}",
                        "10 {\"id\":\"#\",\"text\":\"# not a comment\"}",
                        "11 {\"id\":\"5\",\"text\":\" padded \"}");
    }

    @Test
    void doesNotTakeAnOrderNumberForAComment() {
        assertThat(read("orders.csv", "Name,text", "#1042,Hello", "# 1043,Hello"))
                .containsExactly("2 {\"Name\":\"#1042\",\"text\":\"Hello\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id,a;b,c          | {'id':'1','a;b':'2','c':'3'}     | 1,2,3",
                "id;a,b;c          | {'id':'1','a,b':'2','c':'3'}     | 1;2;3",
                "id\ta b\tc        | {'id':'1','a b':'2','c':'3'}     | 1\t2\t3",
                "'\"a,b,c\";d'     | {'a,b,c':'1','d':'2,3'}          | '1;2,3'", // the commas are in quotes
                "id                | {'id':'1;2'}                     | 1;2", // one column
            })
    void detectsTheDelimiterFromTheHeader(String header, String json, String row) {
        assertThat(read("orders.csv", header, row)).containsExactly("2 " + json.replace('\'', '"'));
    }

    @Test
    void leavesEmptyAndMissingCellsOut() {
        assertThat(read("orders.csv", "a,b,c", "1,,3", "1", ",\"\",", "1,2,3,4", "1,2,3,"))
                .containsExactly(
                        "2 {\"a\":\"1\",\"c\":\"3\"}",
                        "3 {\"a\":\"1\"}",
                        "5 BAD has 4 cells, but the header has 3 names",
                        "6 {\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a,,c             | the header has an empty name",
                ",b,c            | the header has an empty name",
                "a,b, a           | the header has a duplicate name",
                "a,\"b            | the header opens a quote that is not closed",
                "a,b\"c\"         | the header has a quote inside an unquoted cell",
                "a,\"b\"c         | the header has text after a closing quote",
                "a,`b\rc,d`       | the header has a control character", // the line ends of old Macs
            })
    void refusesTheWholeFileForItsHeader(String header, String problem) {
        assertThat(read("orders.csv", header, "1,2,3"))
                .singleElement()
                .asString()
                .startsWith("1 FILE " + problem);
    }

    @Test
    void refusesTheWholeFileForAHeaderInAForeignEncodingOrTooLong() {
        assertThat(words(lines("orders.csv", "Stra\u00dfe,b\n1,2".getBytes(ISO_8859_1))))
                .containsExactly("1 FILE the header is not UTF-8");
        assertThat(read("orders.csv", "a,".repeat(Lines.LIMIT)))
                .containsExactly("1 FILE the header is longer than 64 KiB");
    }

    @Test
    void losesOneLineToAQuoteThatIsNeverClosed() {
        String file = "id,text\n1,\"open\n"
                + IntStream.range(2, 40_000).mapToObj(id -> id + ",fine\n").collect(Collectors.joining());

        List<EventLine> lines = lines("orders.csv", file.getBytes(UTF_8));

        assertThat(words(lines))
                .hasSize(39_999)
                .startsWith("2 BAD opens a quote that is not closed", "3 {\"id\":\"2\",\"text\":\"fine\"}")
                .endsWith("40000 {\"id\":\"39999\",\"text\":\"fine\"}");
        assertThat(lines.get(0).raw()).asString(UTF_8).isEqualTo("1,\"open");
    }

    @Test
    void losesOneLineToAQuoteThatALaterRowSeemsToClose() {
        assertThat(read("orders.csv", "id,text", "1,\"open", "2,\"a, b\"", "3,fine", "4,\"open at the end"))
                .containsExactly(
                        "2 BAD opens a quote that is not closed, or has a stray quote inside",
                        "3 {\"id\":\"2\",\"text\":\"a, b\"}",
                        "4 {\"id\":\"3\",\"text\":\"fine\"}",
                        "5 BAD opens a quote that is not closed");
    }

    @Test
    void refusesStrayQuotes() {
        assertThat(read("orders.csv", "id,text", "1,5\" pipe", "2,\"5\" pipe\"", "3, \"padded\"", "4,fine"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("2 BAD has a quote inside an unquoted cell"),
                        line -> assertThat(line).startsWith("3 BAD has text after a closing quote"),
                        line -> assertThat(line).startsWith("4 BAD has a quote inside an unquoted cell"),
                        line -> assertThat(line).isEqualTo("5 {\"id\":\"4\",\"text\":\"fine\"}"));
    }

    @Test
    void refusesARowInAForeignEncodingOrTooLongButNotItsNeighbours() {
        String file = "id,text\n1,M\u00fcller\n2,\"two\nl\u00efnes\"\n3," + "x".repeat(Lines.LIMIT) + "\n4,fine\n";

        assertThat(words(lines("orders.csv", file.getBytes(ISO_8859_1))))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("2 BAD is not UTF-8"),
                        line -> assertThat(line).isEqualTo("3 BAD is not UTF-8"),
                        line -> assertThat(line).startsWith("5 BAD is longer than 64 KiB"),
                        line -> assertThat(line).isEqualTo("6 {\"id\":\"4\",\"text\":\"fine\"}"));
    }

    // Any file

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ORDERS.JSON       | {\"id\":1}      | 1 {\"id\":1}",
                "orders.Jsonl      | {\"id\":1}      | 1 {\"id\":1}",
                "orders.ndJSON     | {\"id\":1}      | 1 {\"id\":1}",
                "orders.2026.CSV   | id              | ``",
                "orders.txt        | {\"id\":1}      | 1 FILE the file's name must end in",
                "orders.json.bak   | {\"id\":1}      | 1 FILE the file's name must end in",
                "json              | {\"id\":1}      | 1 FILE the file's name must end in",
            })
    void tellsTheFormatByTheExtension(String name, String file, String words) {
        assertThat(String.join("", read(name, file)))
                .isEqualTo(words.replace("must end in", "must end in .json, .jsonl, .ndjson or .csv"));
    }

    @ParameterizedTest
    @CsvSource({"empty.json", "empty.jsonl", "empty.csv"})
    void findsNothingInAnEmptyFile(String name) {
        assertThat(lines(name, new byte[0])).isEmpty();
        assertThat(read(name, "\uFEFF")).isEmpty();
        assertThat(read(name, "", "# only a comment", "")).isEmpty();
    }

    @Test
    void findsNothingUnderAHeaderAlone() {
        assertThat(read("orders.csv", "id,phone")).isEmpty();
        assertThat(read("orders.json", "[]")).isEmpty();
    }

    @Test
    void closesTheFileAtItsEnd(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("orders.jsonl"), "{\"id\":1}\n");

        try (EventFile file = EventFile.open(path, EventFields.UNKNOWN)) {
            assertThat(file.hasNext()).isTrue();
            assertThat(file.next().number()).isEqualTo(1);
            assertThat(file.hasNext()).isFalse();
            assertThatThrownBy(file::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThatThrownBy(() -> EventFile.open(directory.resolve("gone.csv"), EventFields.UNKNOWN))
                .isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource({"orders.json", "orders.jsonl", "orders.csv"})
    void doesNotTakeAFailingDiskForTheEndOfTheFile(String name) throws IOException {
        InputStream failing = new InputStream() {
            private int read;

            @Override
            public int read() throws IOException {
                if (read == 40) {
                    throw new IOException("The disk is gone");
                }
                return "[\n{},{},\n".charAt(read++ % 9);
            }
        };

        try (EventFile file = EventFile.of(failing, name, EventFields.UNKNOWN)) {
            assertThatThrownBy(() -> file.forEachRemaining(line -> {}))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseMessage("The disk is gone");
        }
    }

    // Random files, written by another library

    @RepeatedTest(200)
    void readsWhateverAnotherLibraryWritesAsCsv(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        char delimiter = ",;\t".charAt(random.nextInt(3));
        int columns = 2 + random.nextInt(5);
        CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true).setColumnSeparator(delimiter);
        IntStream.range(0, columns).forEach(column -> schema.addColumn("name" + column));
        if (random.nextBoolean()) {
            schema.setLineSeparator("\r\n");
        }
        List<Map<String, String>> rows = IntStream.range(0, 1 + random.nextInt(40))
                .mapToObj(row -> IntStream.range(0, columns)
                        .boxed()
                        .collect(Collectors.toMap(
                                column -> "name" + column,
                                // The first cell is never empty, since a blank line is no row.
                                column -> (column == 0 ? "r" + row : "") + text(random),
                                (a, b) -> a,
                                LinkedHashMap::new)))
                .collect(Collectors.toList());
        byte[] file = new CsvMapper()
                .writerFor(new TypeReference<List<Map<String, String>>>() {})
                .with(schema.build())
                .writeValueAsBytes(rows);

        List<EventLine> lines = lines("random.csv", file);

        rows.forEach(row -> row.values().removeIf(String::isEmpty));
        assertThat(lines).extracting(EventLine::problem).containsOnlyNulls();
        assertThat(events(lines)).isEqualTo(rows);
        assertThat(rewritten(file, lines))
                .as("the raw rows make up the file again")
                .isEqualTo(new String(file, UTF_8).replace("\r\n", "\n"));
    }

    @RepeatedTest(200)
    void readsWhateverAnotherLibraryWritesAsJson(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        List<Map<String, Object>> objects = IntStream.range(0, random.nextInt(40))
                .mapToObj(i -> Map.<String, Object>of(
                        "id",
                        random.nextLong(),
                        "text",
                        text(random),
                        "flag",
                        random.nextBoolean(),
                        "list" + text(random),
                        List.of(random.nextInt(), text(random), Map.of("deep", random.nextDouble()))))
                .toList();
        var file = new ByteArrayOutputStream();
        for (Map<String, Object> object : objects) {
            file.writeBytes(JSON.writeValueAsBytes(object));
            file.writeBytes((random.nextBoolean() ? "\n" : "\r\n\n# comment\n").getBytes(UTF_8));
        }

        assertThat(events(lines("random.jsonl", file.toByteArray()))).isEqualTo(objects);
        assertThat(events(lines(
                        "random.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(objects))))
                .isEqualTo(objects);
    }

    // Size

    @ParameterizedTest
    @Tag("proof")
    @ValueSource(strings = {"jsonl", "json", "csv", "one-line.jsonl", "one-line.csv", "one-element.json"})
    void readsAFileFarLargerThanItsHeap(String kind) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx20m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeFile.class.getName(),
                        kind)
                .redirectErrorStream(true)
                .start();

        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(output.lines().toList()).containsExactly(LargeFile.expected(kind));
    }

    @Test
    void readsNoFurtherAheadThanItsBuffers() throws IOException {
        for (String kind : List.of("jsonl", "json", "csv")) {
            var source = new LargeFile(kind, 20_000);
            try (EventFile file = EventFile.of(source, "large." + kind, EventFields.UNKNOWN)) {
                long yielded = 0;
                while (file.hasNext()) {
                    yielded += file.next().raw().length;
                    assertThat(source.given() - yielded).as(kind).isLessThan(yielded / 10 + 64 * 1024);
                }
                assertThat(yielded).isGreaterThan(10_000_000);
            }
        }
    }

    private static List<String> read(String name, String... lines) {
        return words(lines(name, String.join("\n", lines).getBytes(UTF_8)));
    }

    private static List<EventLine> lines(String name, byte[] content) {
        return lines(name, EventFields.UNKNOWN, content);
    }

    static List<EventLine> lines(String name, EventFields fields, byte[] content) {
        try (EventFile file = EventFile.of(new ByteArrayInputStream(content), name, fields)) {
            var lines = new ArrayList<EventLine>();
            file.forEach(lines::add);
            assertThat(lines).allMatch(line -> (line.json() == null) != (line.problem() == null));
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> words(List<EventLine> lines) {
        return lines.stream()
                .map(line -> line.number()
                        + (line.json() != null
                                ? " " + new String(line.json(), UTF_8)
                                : (line.wholeFile() ? " FILE " : " BAD ") + line.problem()))
                .toList();
    }

    private static List<Map<String, Object>> events(List<EventLine> lines) throws IOException {
        var events = new ArrayList<Map<String, Object>>();
        for (EventLine line : lines) {
            events.add(JSON.readValue(Objects.requireNonNull(line.json(), line.problem()), new TypeReference<>() {}));
        }
        return events;
    }

    private static String rewritten(byte[] file, List<EventLine> lines) {
        String header = new String(file, UTF_8).lines().findFirst().orElseThrow();
        return header + "\n"
                + lines.stream()
                        .map(line -> new String(line.raw(), UTF_8).replace("\r\n", "\n") + "\n")
                        .collect(Collectors.joining());
    }

    private static String text(Random random) {
        String[] parts = {
            "a",
            "Z",
            "0",
            " ",
            ",",
            ";",
            "\t",
            "\"",
            "\"\"",
            "\n",
            "\r\n",
            "#",
            "# ",
            "'",
            "\\",
            "{",
            "\u00fc",
            "\u20ac",
            "\ud83d\ude00"
        };
        return random.ints(random.nextInt(12), 0, parts.length)
                .mapToObj(i -> parts[i])
                .collect(Collectors.joining());
    }
}
