package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.History.Entry;
import io.textonce.delivery.History.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A history is written as its entries, {@code KIND:STATUS} with {@code :SID} where there is one, {@code KIND} where the
 * entry changes nothing, and {@code cancel} for the one that acknowledges a cancellation; after them the row.
 */
class HistoryTest {

    private static final Instant BEGIN = Instant.parse("2026-11-26T09:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                                                    | reserved     |",
                "answer:queued:SM1 callback:sent:SM1 callback:delivered:SM1 callback poll            | delivered:SM1 |",
                "decision:held decision:reserved answer:unknown reconciliation:sent:SM1              | sent:SM1     |",
                "decision:reserved decision:unknown reconciliation:reserved answer:accepted:SM1      | accepted:SM1 |",
                "reconciliation:reserved                                                             | reserved     | none to",
                "answer:unknown decision:held operator:canceled operator:held decision:reserved      | reserved     |",
                "answer:sent:SM1 decision:unknown callback:sent:SM2                                  | sent:SM2     |",
                "callback:canceled:SM1 decision:unknown decision:canceled callback:canceled:SM2      | canceled:SM2 |",
                "callback:sent:SM1 answer:sent:SM1 callback:delivered:SM1                                 | delivered:SM1 |",
                "cancel:unknown cancel decision:canceled                                             | canceled     |",
                "key cancel decision:canceled                                                        | canceled     |",
                "key cancel                                                                          | canceled     |",
                "answer:delivered:SM1 decision:reserved           | reserved     | delivered to reserved by decision",
                "answer:delivered:SM1 callback:sent:SM1           | sent:SM1     | delivered to sent by callback",
                "callback:held                                    | held         | none to held by callback",
                "decision:held decision:canceled decision:held    | held         | canceled to held by decision",
                "decision:held decision:canceled decision:reserved | reserved    | canceled to reserved by decision",
                "answer:unknown cancel reconciliation:reserved    | reserved     | an attempt after the cancellation",
                "answer:sent                                      | sent         | sent without a SID",
                "answer:queued:SM1 callback:sent:SM2              | sent:SM2     | a second SID, or sent after queued",
                "callback:canceled:SM1 callback:sent:SM1          | sent:SM1     | a second SID, or sent after canceled",
                "callback:canceled:SM1 operator:held              | held         | held after canceled with a SID",
                "decision:canceled decision:unknown               | unknown      | unknown after canceled without a SID",
                "answer:queued:SM1                                | sent:SM1     | the timeline ends as queued, the delivery is sent",
                "answer:queued:SM1                                | queued:SM2   | the delivery has another SID than its timeline",
                "                                                 | delivered:SM1 | the timeline ends as reserved",
                "answer:unknown earlier                           | unknown      | an entry is older than the one before it",
            })
    void allowsWhatTheModelAllows(@Nullable String entries, String row, @Nullable String fault) {
        var found = History.fault(row(entries, row), entries(entries == null ? "" : entries));

        if (fault == null) {
            assertThat(found).isNull();
        } else {
            assertThat(found).startsWith(fault);
        }
    }

    private static Row row(@Nullable String entries, String row) {
        var parts = row.split(":");
        boolean isKey = entries != null && entries.startsWith("key");
        return new Row(
                DeliveryStatus.ofColumn(parts[0]), parts.length > 1 ? parts[1] : null, isKey, BEGIN.plusSeconds(3600));
    }

    private static List<Entry> entries(String written) {
        var entries = new ArrayList<Entry>();
        var at = BEGIN;
        for (String entry : written.isEmpty() ? new String[0] : written.split(" ")) {
            var parts = entry.split(":");
            boolean cancels = parts[0].equals("cancel");
            at = cancels
                    ? BEGIN.plusSeconds(3600)
                    : parts[0].equals("earlier") ? at.minusSeconds(61) : at.plusSeconds(1);
            entries.add(new Entry(
                    at,
                    cancels ? "decision" : parts[0],
                    parts.length > 1 ? DeliveryStatus.ofColumn(parts[1]) : null,
                    parts.length > 2 ? parts[2] : null));
        }
        return entries;
    }
}
