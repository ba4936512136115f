package io.textonce.console;

import io.textonce.delivery.SendPreview;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Preview of a bulk action: its messages, and the gates that leave others as they are, stop or delay some. */
@Component
final class BulkPreview {

    /** Maximum messages of a bulk action, so that a mistake is bounded and a preview takes seconds. */
    static final int MOST = 10_000;

    private static final int PAGE = 500;

    private final DeliverySearch deliveries;
    private final SendPreview rules;
    private final Operator operator;

    BulkPreview(DeliverySearch deliveries, SendPreview rules, Operator operator) {
        this.deliveries = deliveries;
        this.rules = rules;
        this.operator = operator;
    }

    Preview of(Search search, BulkAction action) {
        var preview = new Preview();
        var page = search.bare(PAGE);
        while (true) {
            var rows = deliveries.find(page);
            var possible = new ArrayList<BulkActions.Item>();
            for (var row : rows) {
                String gate = action.gate(row, operator.isPermanent((Integer) row.get("error_code")));
                if (gate == null) {
                    possible.add(new BulkActions.Item((UUID) row.get("id"), (Integer) row.get("attempt")));
                    preview.add(row);
                } else {
                    preview.leftAlone.merge(gate, 1L, Long::sum);
                }
            }
            if (action.isSend()) {
                decide(preview, possible);
            }
            preview.items.addAll(possible);
            if (rows.size() < PAGE || preview.matched() > MOST) {
                return preview;
            }
            page = page.after((UUID) rows.get(PAGE - 1).get("id"), PAGE);
        }
    }

    private void decide(Preview preview, List<BulkActions.Item> items) {
        rules.decide(items.stream().map(BulkActions.Item::delivery).toList())
                .values()
                .forEach(decision -> {
                    String words = decision.words() == null ? "Canceled by its event" : decision.words();
                    if (decision.isHeld()) {
                        preview.delayed.merge(words, 1L, Long::sum);
                    } else if (!decision.isSend()) {
                        preview.stopped.merge(words, 1L, Long::sum);
                    }
                });
    }

    /** Messages of a filter, by what an action would do. */
    public static final class Preview {

        private final List<BulkActions.Item> items = new ArrayList<>();
        private final HashSet<String> people = new HashSet<>();
        private final Map<String, Long> leftAlone = new TreeMap<>();
        private final Map<String, Long> stopped = new TreeMap<>();
        private final Map<String, Long> delayed = new TreeMap<>();
        private long segments;

        private void add(Map<String, Object> row) {
            segments += row.get("segments") == null ? 1 : (Integer) row.get("segments");
            if (row.get("phone") != null) {
                people.add((String) row.get("phone"));
            }
        }

        List<BulkActions.Item> items() {
            return items;
        }

        /** Returns the number of messages that the action is possible for. */
        public int many() {
            return items.size();
        }

        public long segments() {
            return segments;
        }

        public int people() {
            return people.size();
        }

        long matched() {
            return items.size()
                    + leftAlone.values().stream().mapToLong(Long::longValue).sum();
        }

        public boolean isTooLarge() {
            return matched() > MOST;
        }

        /** Returns the messages that the action is not possible for, by the reason. */
        public Map<String, Long> leftAlone() {
            return leftAlone;
        }

        /** Returns the messages that the send rules would not send, by the reason. */
        public Map<String, Long> stopped() {
            return stopped;
        }

        /** Returns the messages that the send rules would hold, by the reason. */
        public Map<String, Long> delayed() {
            return delayed;
        }
    }
}
