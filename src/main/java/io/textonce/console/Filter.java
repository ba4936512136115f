package io.textonce.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.web.util.UriComponentsBuilder;

/** Filter of a list, as its address has it. */
public final class Filter {

    private static final List<String> NAMES = List.of(
            "status", "event", "client", "code", "country", "sender", "reason", "ids", "actor", "verb", "since", "from",
            "until", "zone", "after");

    /** Names that narrow a list only with others. */
    private static final Set<String> BESIDE = Set.of("zone", "after");

    private final String path;
    private final Map<String, String> values = new LinkedHashMap<>();

    /** @param path of the page */
    Filter(String path, HttpServletRequest request) {
        this.path = path;
        for (String name : NAMES) {
            String value = request.getParameter(name);
            if (value != null && !value.isBlank()) {
                values.put(name, value.strip());
            }
        }
        if (values.containsKey("from") || values.containsKey("until")) {
            values.remove("since");
        }
    }

    /** Returns a value for its field, empty if there is none. */
    public String get(String name) {
        return values.getOrDefault(name, "");
    }

    /** Returns whether any of these has a value. */
    public boolean hasAny(String... names) {
        return Arrays.stream(names).anyMatch(values::containsKey);
    }

    /** Returns whether it matches everything. */
    public boolean isOpen() {
        return BESIDE.containsAll(values.keySet());
    }

    /** Returns the values as the fields of a form. */
    public Map<String, String> fields() {
        var fields = new LinkedHashMap<>(values);
        fields.remove("after");
        return fields;
    }

    /** Returns the filter in the words of the page. */
    public String words() {
        return values.entrySet().stream()
                .filter(value -> !BESIDE.contains(value.getKey()))
                .map(value -> words(value.getKey(), value.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String words(String name, String value) {
        return switch (name) {
            case "status" -> StatusGroup.title(value);
            case "code" -> "error code " + value;
            case "reason" -> "reason contains " + value;
            case "ids" -> "IDs " + value;
            case "since" -> value.equals("today") ? value : "last " + value;
            case "until" -> "to " + value;
            default -> name + " " + value;
        };
    }

    /** Returns the address of the list. */
    public String list() {
        return address(path, "");
    }

    /** Returns the address of the export. */
    public String export() {
        return address(path + "/export", "");
    }

    /** Returns the address of the next page. */
    public String next(Object id) {
        return address(path, id.toString());
    }

    private String address(String path, String after) {
        var address = UriComponentsBuilder.fromPath(path);
        values.forEach((name, value) -> {
            if (!name.equals("after")) {
                address.queryParam(name, "{" + name + "}");
            }
        });
        if (!after.isEmpty()) {
            address.queryParam("after", after);
        }
        return address.encode().buildAndExpand(values).toUriString();
    }

    /** Returns the query of a search of deliveries or events. */
    Map<String, String[]> query() {
        var query = new LinkedHashMap<String, String[]>();
        values.forEach((name, value) -> query.put(name, new String[] {value}));
        query.keySet().removeAll(List.of("actor", "verb"));
        return query;
    }
}
