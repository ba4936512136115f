package io.textonce.twilio;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Table of Twilio's error codes and their consequences, from {@code twilio/codes.csv}. Every response has an entry: a
 * code that is not in the table falls back to what its HTTP status proves, and never to anything that would send a
 * message twice. A table with an error prevents the start. Immutable.
 */
@Component
public final class TwilioCodes {

    private static final String TABLE = "/twilio/codes.csv";

    private static final ObjectReader ROWS = CsvMapper.builder()
            .enable(CsvParser.Feature.FAIL_ON_MISSING_COLUMNS)
            .build()
            .readerForMapOf(String.class)
            .with(CsvSchema.builder()
                    .addColumn("code")
                    .addColumn("at_creation")
                    .addColumn("at_delivery")
                    .addColumn("words")
                    .setUseHeader(true)
                    .setStrictHeaders(true)
                    .setAllowComments(true)
                    .build());

    private final SortedMap<Integer, Entry> entries;

    /** Reads the table from the class path. */
    public TwilioCodes() {
        this(load(TABLE));
    }

    private TwilioCodes(SortedMap<Integer, Entry> entries) {
        this.entries = Collections.unmodifiableSortedMap(entries);
    }

    static TwilioCodes read(Reader csv) throws IOException {
        var entries = new TreeMap<Integer, Entry>();
        try (MappingIterator<Map<String, String>> rows = ROWS.readValues(csv)) {
            while (rows.hasNextValue()) {
                var entry = entry(rows.nextValue());
                if (entries.put(entry.code(), entry) != null) {
                    throw new IllegalArgumentException("code " + entry.code() + " is there twice");
                }
            }
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("no code at all");
        }
        return new TwilioCodes(entries);
    }

    /**
     * Returns the entry of a code without an HTTP status, as in a status callback. An unknown code alone proves nothing
     * about whether the message was accepted.
     */
    public Entry of(int code) {
        var entry = entries.get(code);
        return entry != null
                ? entry
                : new Entry(
                        code,
                        AtCreation.UNCLEAR,
                        AtDelivery.ALARM,
                        "Twilio reported an error code that this version does not know (code " + code + ")",
                        false);
    }

    /**
     * Returns the entry of a response to a send. Only a 4xx proves that Twilio did not accept the message: with any
     * other status the outcome is unknown, whatever the code.
     */
    public Entry of(int code, int httpStatus) {
        var row = entries.get(code);
        if (!provesRejection(httpStatus)) {
            return row != null && row.atCreation() == AtCreation.UNCLEAR ? row : unclear(code, row != null, httpStatus);
        }
        return row != null ? row : rejected(code, httpStatus);
    }

    /** Returns all rows of the table, by ascending code. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    /** Returns whether Twilio would reject the same message again, however often it is sent: the cause is in the message. */
    public boolean isPermanent(int code) {
        var entry = entries.get(code);
        return entry != null && (entry.atCreation() == AtCreation.REJECT || entry.atCreation() == AtCreation.OPTOUT);
    }

    /** Returns whether a status proves a rejection. A proxy may return 408 after Twilio has accepted the message. */
    private static boolean provesRejection(int httpStatus) {
        return httpStatus >= 400 && httpStatus < 500 && httpStatus != 408;
    }

    private static Entry unclear(int code, boolean known, int httpStatus) {
        return new Entry(
                code,
                AtCreation.UNCLEAR,
                AtDelivery.ALARM,
                "Twilio failed and may or may not have accepted the message (HTTP " + httpStatus + ")",
                known);
    }

    private static Entry rejected(int code, int httpStatus) {
        var suffix = " (code " + code + ")";
        return switch (httpStatus) {
            case 401 ->
                new Entry(
                        code,
                        AtCreation.CIRCUIT,
                        AtDelivery.CIRCUIT,
                        "Twilio rejected our credentials; an administrator must check them" + suffix,
                        false);
            case 403 ->
                new Entry(
                        code,
                        AtCreation.MISCONFIGURED,
                        AtDelivery.ALARM,
                        "Twilio does not allow this message; an administrator must check our permissions" + suffix,
                        false);
            case 429 ->
                new Entry(
                        code,
                        AtCreation.RETRY,
                        AtDelivery.ALARM,
                        "Twilio is temporarily busy; the message is retried automatically" + suffix,
                        false);
            default ->
                new Entry(
                        code,
                        AtCreation.REJECT,
                        AtDelivery.ALARM,
                        "Twilio rejected the message for a reason that this version does not know" + suffix,
                        false);
        };
    }

    private static SortedMap<Integer, Entry> load(String resource) {
        try (InputStream in = TwilioCodes.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return read(new InputStreamReader(in, StandardCharsets.UTF_8)).entries;
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException(resource + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Entry entry(Map<String, String> row) {
        var code = row.get("code");
        if (!code.matches("[1-9][0-9]{4}")) {
            throw new IllegalArgumentException("'" + code + "' is not a code");
        }
        var words = row.get("words");
        if (words.isBlank()) {
            throw new IllegalArgumentException("code " + code + " has no words");
        }
        return new Entry(
                Integer.parseInt(code),
                word(AtCreation.class, row.get("at_creation"), code),
                word(AtDelivery.class, row.get("at_delivery"), code),
                words,
                true);
    }

    private static <E extends Enum<E>> E word(Class<E> type, String word, String code) {
        var constants = type.getEnumConstants();
        return Arrays.stream(constants)
                .filter(constant -> spelling(constant).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("code " + code + ": '" + word + "' is none of "
                        + Arrays.stream(constants).map(TwilioCodes::spelling).collect(Collectors.joining(", "))));
    }

    private static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Consequence of a code in the response to a send. */
    public enum AtCreation {
        /** Rejected; the caller gets a 422. */
        REJECT,
        /** Rejected because of our configuration; the caller gets a 502 and an operator is alerted. */
        MISCONFIGURED,
        /** Provably not processed; retried soon, then held. */
        RETRY,
        /** Provably not processed; held for much longer. */
        HOLD_LONG,
        /** The account can't send; everything is held until it can. */
        CIRCUIT,
        /** Unknown; never resent before reconciliation. */
        UNCLEAR,
        /** Rejected, and the opt-out is recorded. */
        OPTOUT
    }

    /** Consequence of a code in a status callback. A failed message is never resent automatically. */
    public enum AtDelivery {
        /** Recorded for support, without further consequence. */
        FINAL,
        /** The opt-out is recorded. */
        OPTOUT,
        /** The account can't send; everything is held. */
        CIRCUIT,
        /** An operator is alerted. */
        ALARM
    }

    /**
     * Entry of one code.
     *
     * @param words for a support agent; never a phone number
     * @param known whether the code is in the table; an unknown one is logged as an alarm, since it should be added
     */
    public record Entry(int code, AtCreation atCreation, AtDelivery atDelivery, String words, boolean known) {}
}
