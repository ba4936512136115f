package io.textonce.lint;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.events.CommentEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.representer.Representer;

/** The form in which a visual editor saves a file. */
final class EditorRules {

    /** These come first, in this order, and the others by name. */
    private static final List<String> FIRST = List.of("id", "description", "uri", "parameters", "steps");

    private static final Comparator<String> ORDER = Comparator.<String>comparingInt(
                    key -> FIRST.contains(key) ? FIRST.indexOf(key) : FIRST.size())
            .thenComparing(String.CASE_INSENSITIVE_ORDER);

    private static final int WIDTH = 80;

    private EditorRules() {}

    /** A visual editor drops comments below the first key and blank lines, and folds long lines. */
    static List<Violation> survivesAVisualEditor(Bundle bundle) {
        var options = new LoaderOptions();
        options.setProcessComments(true);
        var dumper = new DumperOptions();
        var yaml = new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options);
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            boolean head = true;
            boolean commented = false;
            for (var event : yaml.parse(new StringReader(file.text()))) {
                int line = event.getStartMark().getLine() + 1;
                if (event instanceof CommentEvent comment) {
                    if (comment.getCommentType() == CommentType.BLANK_LINE) {
                        violations.add(new Violation(file, "line " + line + " is blank"));
                    } else if (!head) {
                        violations.add(new Violation(
                                file, "line " + line + " is a comment below the head; use description or note"));
                    }
                    commented = true;
                } else if (event instanceof MappingStartEvent || event instanceof SequenceStartEvent) {
                    head = false;
                } else if (event instanceof ScalarEvent scalar
                        && scalar.getEndMark().getColumn() > WIDTH) {
                    boolean folds = scalar.getScalarStyle() == DumperOptions.ScalarStyle.DOUBLE_QUOTED
                            || scalar.getValue().contains(" ");
                    if (folds) {
                        violations.add(new Violation(file, "line " + line + " runs past column " + WIDTH));
                    }
                }
            }
            if (!commented && !file.isKamelet()) {
                violations.add(new Violation(file, "has no head comment with its purpose"));
            }
        }
        return violations;
    }

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
                    file, String.join(", ", keys) + ": Kaoto saves them in the order " + String.join(", ", saved)));
        }
    }

    private static List<String> keys(Iterator<String> names) {
        var keys = new ArrayList<String>();
        names.forEachRemaining(keys::add);
        return keys;
    }
}
