package io.textonce.lint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** The form in which a visual editor saves a file. */
final class EditorRules {

    /** These come first, in this order, and the others by name. */
    private static final List<String> FIRST = List.of("id", "description", "uri", "parameters", "steps");

    private static final Comparator<String> ORDER = Comparator.<String>comparingInt(
                    key -> FIRST.contains(key) ? FIRST.indexOf(key) : FIRST.size())
            .thenComparing(String.CASE_INSENSITIVE_ORDER);

    private EditorRules() {}

    /** Of the files that integrators copy, so that saving one moves no line. The others are in the order of reading. */
    static List<Violation> keepsTheOrderOfKaoto(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            if (!file.isEvent() && !file.isExample()) {
                continue;
            }
            var kinds = new ArrayList<String>();
            file.elements().forEach(element -> kinds.addAll(keys(element.fieldNames())));
            var beansLast = new ArrayList<>(kinds);
            beansLast.sort(Comparator.comparing("beans"::equals));
            inOrder(violations, file, kinds, beansLast);
            RouteFile.objects(file.elements(), (kind, object) -> {
                var keys = keys(object.fieldNames());
                var sorted = new ArrayList<>(keys);
                sorted.sort(ORDER);
                inOrder(violations, file, keys, sorted);
            });
        }
        return violations;
    }

    private static void inOrder(List<Violation> violations, RouteFile file, List<String> keys, List<String> saved) {
        if (!keys.equals(saved)) {
            violations.add(new Violation(
                    file.path(),
                    String.join(", ", keys) + ": Kaoto saves them in the order " + String.join(", ", saved)));
        }
    }

    private static List<String> keys(Iterator<String> names) {
        var keys = new ArrayList<String>();
        names.forEachRemaining(keys::add);
        return keys;
    }
}
