package io.textonce.intake.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CSV files as people and their programs write them, read by the schema of the event. */
class CsvRowsTest {

    private static final EventFields FIELDS = fields("""
            {"required": ["eventId", "phone", "consentAt"],
             "properties": {
               "eventId": {"type": "string"}, "phone": {"type": "string"}, "consentAt": {"type": "string"},
               "sendAt": {"type": "string"}, "ttl": {"type": ["integer", "string"]},
               "parcels": {"type": "integer"}, "weight": {"type": ["number", "null"]}, "fragile": {"type": "boolean"},
               "level": {"enum": [1, 2, 3]}, "floor": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}}}
            """);

    private static final String ROW = "ev-1,+15558675310,2026-06-02T09:00:00Z";
    private static final String EVENT =
            "{\"eventId\":\"ev-1\",\"phone\":\"+15558675310\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eventId,phone,consentAt",
                "EVENTID,Phone,CONSENTAT",
                "event_id,phone,consent_at",
                "Event-Id, phone ,Consent At",
                "\"Event ID\",\"PHONE\",\"consent at\"",
                "\uFEFF\"eventId\",phone,consentAt",
                "\uFEFF\uFEFFeventId,phone\u200B,consent\u00A0At",
            })
    void knowsAFieldHoweverItsNameIsSpelled(String header) {
        assertThat(read(header, ROW)).containsExactly("2 " + EVENT);
    }

    @Test
    void keepsANameThatIsNoField() {
        assertThat(read("eventId,phone,consentAt,Order No", ROW + ",7"))
                .containsExactly("2 " + EVENT.replace("}", ",\"Order No\":\"7\"}"));
    }

    /** Events that share fields have them in a definition, and a schema may contain itself. */
    @Test
    void knowsTheFieldsOfAComposedSchema() {
        var fields = fields("""
                {"allOf": [{"$ref": "#/definitions/message"}, {"required": ["parcels"]}],
                 "properties": {"parcels": {"$ref": "#/definitions/count"}, "phone": {"minLength": 3}},
                 "anyOf": [{"required": ["shop"]}, {"properties": {"weight": {"type": "number"}}}],
                 "definitions": {
                   "count": {"type": "integer"},
                   "message": {"required": ["eventId", "phone"], "allOf": [{"$ref": "#/definitions/message"}],
                     "properties": {"eventId": {"type": "string"}, "phone": {"type": "string"}}}}}""");

        assertThat(EventFileTest.words(lines(fields, "Event ID;Phone;Parcels;Weight\nev-1;7;2;1.10\n")))
                .containsExactly("2 {\"eventId\":\"ev-1\",\"phone\":\"7\",\"parcels\":2,\"weight\":1.10}");
        assertThat(EventFileTest.words(lines(fields, "Event ID;Weight\nev-1;1\n")))
                .singleElement()
                .asString()
                .contains("lacks", "phone", "parcels")
                .doesNotContain("shop");
    }

    @Test
    void doesNotGuessBetweenTwoFieldsThatDifferInTheirSpellingOnly() {
        var fields = fields("{\"required\":[\"id\"],\"properties\":{\"id\":{},\"sendAt\":{},\"send_at\":{}}}");

        assertThat(EventFileTest.words(lines(fields, "id,sendAt,send_at,SENDAT\n1,2,3,4\n")))
                .containsExactly("2 {\"id\":\"1\",\"sendAt\":\"2\",\"send_at\":\"3\",\"SENDAT\":\"4\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "\t", "|"})
    void findsTheDelimiterByTheFields(String delimiter) {
        assertThat(read(String.join(delimiter, "eventId", "phone", "consentAt", "a:b c"), ROW.replace(",", delimiter)))
                .containsExactly("2 " + EVENT);
    }

    @Test
    void doesNotTakeWhatSeparatesWordsInAColumnForTheDelimiter() {
        assertThat(read("eventId;phone;consentAt;a,b,c,d,e,f", ROW.replace(",", ";")))
                .containsExactly("2 " + EVENT);
    }

    @Test
    void takesTheDelimiterThatExcelTells() {
        assertThat(read("sep=;\r", "eventId;phone;consentAt\r", ROW.replace(',', ';') + "\r"))
                .containsExactly("3 " + EVENT);
    }

    @Test
    void passesOverATitleAboveTheHeader() {
        assertThat(read(
                        "Orders of Monday, 5 June",
                        ",,,,",
                        "\"made by \"\"shop\"\"\",7",
                        "3\" pipes",
                        "Event Id,phone,consentAt",
                        ROW))
                .containsExactly("6 " + EVENT);
    }

    @Test
    void passesOverEmptyRowsAndCountsThem() throws IOException {
        String file = "eventId,phone,consentAt\r\n,,,\r\n" + ROW + "\r\n\r\n , ,\t\r\n\"\",\r\n";

        try (EventFile rows = EventFile.of(new ByteArrayInputStream(file.getBytes(UTF_8)), "x.csv", FIELDS)) {
            var lines = new ArrayList<EventLine>();
            rows.forEach(lines::add);

            assertThat(EventFileTest.words(lines)).containsExactly("3 " + EVENT);
            assertThat(rows.emptyRows()).isEqualTo(4);
        }
    }

    @Test
    void passesOverEmptyColumnsAtTheEnd() {
        assertThat(read("eventId,phone,consentAt,,", ROW + ",,", ROW, ROW + ",,,,,,", ROW + ",,x"))
                .containsExactly(
                        "2 " + EVENT, "3 " + EVENT, "4 " + EVENT, "5 BAD has 5 cells, but the header has 3 names");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "parcels | 5       | 5",
                "parcels | ` 05 `  | 5",
                "parcels | -1      | -1",
                "parcels | five    | \"five\"", // the schema says what is wrong
                "parcels | 1e999999999999 | \"1e999999999999\"",
                "weight  | 1.50    | 1.50",
                "weight  | `1,5`   | `\"1,5\"`",
                "weight  | .5      | 0.5",
                "fragile | TRUE    | true",
                "fragile | false   | false",
                "fragile | yes     | \"yes\"",
                "level   | 2       | 2",
                "floor   | 3       | 3",
                "floor   | True    | true",
                "ttl     | 0600    | \"0600\"", // a text will do
                "sendAt  | 20      | \"20\"",
                "other   | 20      | \"20\"",
            })
    void givesAValueTheTypeThatTheSchemaAsksFor(String field, String cell, String json) {
        assertThat(read("eventId,phone,consentAt," + field, ROW + ",\"" + cell + "\""))
                .containsExactly("2 " + EVENT.replace("}", ",\"" + field + "\":" + json + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // no header at all
                "ev-2,+15558675311,2026-06-02T09:00:00Z | there is no header: line 1 names no field;"
                        + " missing: eventId, phone, consentAt",
                "Orders of Monday                       | there is no header: line 1 names no field;"
                        + " missing: eventId, phone, consentAt",
                // an incomplete one
                "eventId,Telephone,consentAt            | the header lacks phone; not used: Telephone",
                "eventId,tel,name,+15558675311          | the header lacks phone, consentAt; not used: tel, name, column 4",
                "eventId,phone                          | the header lacks consentAt",
                "event_id,EventId,phone,consentAt       | the header has a duplicate name",
                "eventId,,phone,consentAt               | the header has an empty name",
                "`eventId,phone,consentAt\r`            | `there is nothing`", // a header alone
            })
    void refusesTheWholeFileForItsHeaderWithOneReason(String header, String reason) {
        var lines = read(header, ROW, ROW.replace("ev-1", "ev-3"));

        if (reason.equals("there is nothing")) {
            assertThat(lines).hasSize(2);
        } else {
            assertThat(lines).containsExactly("1 FILE " + reason);
        }
    }

    @Test
    void refusesAFileWhoseHeaderIsNotItsFirstEvent() {
        assertThat(read(ROW.replace("ev-1", "ev-0"), "eventId,phone,consentAt", ROW))
                .containsExactly("2 FILE the header is on line 2, but line 1 above it may be an event;"
                        + " the header must come first");
    }

    @Test
    void saysThatLineEndsOfOldMacsAreNone() {
        assertThat(read("eventId,phone,consentAt\r" + ROW + "\r" + ROW))
                .containsExactly("1 FILE the header has a control character; lines must end with LF or CRLF");
    }

    @Test
    void leavesTheHeaderOfACloudEventAlone() {
        String header = "specversion,type,source,id,data_base64";

        assertThat(read(header, "1.0,order-shipped,shop,1,e30="))
                .containsExactly("2 {\"specversion\":\"1.0\",\"type\":\"order-shipped\",\"source\":\"shop\","
                        + "\"id\":\"1\",\"data_base64\":\"e30=\"}");
    }

    @Test
    void takesTheFirstLineForTheHeaderWhereNothingIsKnownOfTheEvent() {
        assertThat(EventFileTest.words(lines(EventFields.UNKNOWN, "A;b_c\n1;2\n")))
                .containsExactly("2 {\"A\":\"1\",\"b_c\":\"2\"}");
    }

    @Test
    void refusesATitleInAForeignEncodingNoMoreThanAnyOther() {
        var lines = lines(FIELDS, ("Auftr\u00e4ge\neventId,phone,consentAt\n" + ROW + "\n").getBytes(ISO_8859_1));

        assertThat(EventFileTest.words(lines)).containsExactly("3 " + EVENT);
    }

    @Test
    void keepsBadRowsSoThatTheyCanBeDroppedAgain(@TempDir Path inbox) throws IOException {
        Path original = Files.writeString(
                inbox.resolve("x.csv"), "sep=|\r\nOrders\r\nEvent Id|phone|consentAt||\r\n" + ROW.replace(',', '|'));

        try (EventFile file = EventFile.open(original, FIELDS);
                RejectFile failed = new RejectFile(original, inbox.resolve("failed"))) {
            for (EventLine line : file) {
                failed.add(line, "was rejected");
            }
            Path kept = failed.finish().orElseThrow();

            assertThat(Files.readString(kept))
                    .isEqualTo("sep=|\nEvent Id|phone|consentAt||\n# line 4: was rejected\n" + ROW.replace(',', '|')
                            + "\n");
            assertThat(EventFileTest.words(lines(FIELDS, Files.readAllBytes(kept))))
                    .containsExactly("4 " + EVENT);
        }
    }

    private static List<String> read(String... lines) {
        return EventFileTest.words(lines(FIELDS, String.join("\n", lines)));
    }

    private static List<EventLine> lines(EventFields fields, String content) {
        return lines(fields, content.getBytes(UTF_8));
    }

    private static List<EventLine> lines(EventFields fields, byte[] content) {
        return EventFileTest.lines("x.csv", fields, content);
    }

    private static EventFields fields(String schema) {
        try {
            return EventFields.of(new ObjectMapper().readTree(schema));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
