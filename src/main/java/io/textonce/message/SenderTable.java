package io.textonce.message;

import io.textonce.event.EventName;
import io.textonce.event.LineError;
import io.textonce.phone.Countries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Rows of {@code senders.yaml}. The first that fits a message decides. */
record SenderTable(List<Row> rows) {

    private static final Map<String, Predicate<String>> CONDITIONS = Map.of(
            "events",
            EventName::isValid,
            "clients",
            name -> !name.isBlank(),
            "countries",
            name -> name.matches(Countries.FORM) && Countries.areKnown(Set.of(name)),
            "languages",
            name -> name.matches("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"));

    /**
     * Reads the text of the file.
     *
     * @throws LineError if a row is wrong
     * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is not YAML
     */
    static SenderTable of(String text) {
        var root = new Compose(LoadSettings.builder().build()).composeString(text);
        var rows = new ArrayList<Row>();
        if (root.isPresent()) {
            if (!(root.get() instanceof SequenceNode list)) {
                throw new LineError(line(root.get()), "the file must be a list of senders, each behind a hyphen");
            }
            for (var node : list.getValue()) {
                var row = row(node);
                rows.stream().filter(earlier -> earlier.covers(row)).findFirst().ifPresent(earlier -> {
                    throw new LineError(
                            row.line(), "no message gets here: all that fit this row fit line " + earlier.line());
                });
                rows.add(row);
            }
        }
        return new SenderTable(List.copyOf(rows));
    }

    private static Row row(Node node) {
        if (!(node instanceof MappingNode row)) {
            throw new LineError(line(node), "a row must have a sender, and may have " + conditions());
        }
        String sender = null;
        var conditions = new HashMap<String, Set<String>>();
        var names = new HashSet<String>();
        for (var option : row.getValue()) {
            String name = text(option.getKeyNode());
            if (!names.add(name)) {
                throw new LineError(line(option.getKeyNode()), "the row has " + name + " twice");
            }
            if (name.equals("sender")) {
                sender = text(option.getValueNode());
                requireSender(option.getValueNode(), sender);
            } else if (!CONDITIONS.containsKey(name)) {
                throw new LineError(
                        line(option.getKeyNode()),
                        "there is no option " + name + "; a row has sender, " + conditions());
            } else {
                conditions.put(name, values(name, option.getValueNode()));
            }
        }
        if (sender == null) {
            throw new LineError(line(node), "the row has no sender");
        }
        return new Row(line(node), new Sender(sender), conditions);
    }

    private static String conditions() {
        return "events, clients, countries and languages";
    }

    private static void requireSender(Node node, String sender) {
        if (!Sender.isValid(sender)) {
            throw new LineError(
                    line(node),
                    "the sender must be a number such as +14155550100, a short code, a name of at most 11 letters and"
                            + " digits, the SID of a Messaging Service, or one behind whatsapp: or rcs:");
        }
    }

    private static Set<String> values(String name, Node node) {
        var values = new LinkedHashSet<String>();
        var nodes = node instanceof SequenceNode list ? list.getValue() : List.of(node);
        for (var value : nodes) {
            Stream.of(text(value).split(",", -1)).map(String::strip).forEach(each -> {
                if (!CONDITIONS.get(name).test(each)) {
                    throw new LineError(
                            line(value),
                            name + " has " + (each.isEmpty() ? "an empty value" : each)
                                    + ", which can't be one of them");
                }
                values.add(name.equals("languages") ? each.toLowerCase(Locale.ROOT) : each);
            });
        }
        if (values.isEmpty()) {
            throw new LineError(line(node), name + " has an empty value, which can't be one of them");
        }
        return values;
    }

    private static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    /** Returns the first row that fits a message of a channel, or null. */
    @Nullable
    Row find(String channel, String event, @Nullable String client, String phone, @Nullable String language) {
        String country = rows.isEmpty() ? null : Countries.of(phone);
        return rows.stream()
                .filter(row -> row.sender().channel().equals(channel)
                        && row.allows("events", event)
                        && row.allows("clients", client)
                        && row.allows("countries", country)
                        && row.speaks(language))
                .findFirst()
                .orElse(null);
    }

    /** @param conditions values by option; a message must have one of each */
    record Row(int line, Sender sender, Map<String, Set<String>> conditions) {

        private boolean allows(String option, @Nullable String value) {
            var allowed = conditions.get(option);
            return allowed == null || value != null && allowed.contains(value);
        }

        /** Returns whether a language fits: de fits de-CH, too. */
        private boolean speaks(@Nullable String language) {
            var allowed = conditions.get("languages");
            if (allowed == null || language == null) {
                return allowed == null;
            }
            String tag = language.toLowerCase(Locale.ROOT);
            return allowed.stream().anyMatch(each -> tag.equals(each) || tag.startsWith(each + "-"));
        }

        /** Returns whether messages of an event may have this sender. */
        boolean isFor(String event) {
            return allows("events", event);
        }

        private boolean covers(Row later) {
            return sender.channel().equals(later.sender.channel())
                    && conditions.entrySet().stream()
                            .allMatch(mine -> later.conditions.getOrDefault(mine.getKey(), Set.of("")).stream()
                                    .allMatch(mine.getValue()::contains));
        }
    }
}
