package io.textonce.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rules of the SQL that routes run, in files of their own or within a route file. */
public final class SqlRules {

    /** A statement that writes deliveries, their timelines, or what is left to erase of them. */
    public static final Pattern WRITES_DELIVERIES = Pattern.compile(
            "\\b(INSERT\\s+INTO|UPDATE|DELETE\\s+FROM|MERGE\\s+INTO|TRUNCATE|COPY|ALTER\\s+TABLE|DROP\\s+TABLE)"
                    + "(\\s+(ONLY|TABLE))?\\s+\"?textonce\"?\\s*\\.\\s*\"?(deliveries|delivery_events|erasures)\\b",
            Pattern.CASE_INSENSITIVE);

    private SqlRules() {}

    static List<Violation> leavesDeliveriesToTheStateMachine(Bundle bundle) {
        var violations = new ArrayList<Violation>();
        bundle.resources().forEach((path, text) -> check(path, text, violations));
        bundle.files().forEach(file -> check(file.path(), file.text(), violations));
        return violations;
    }

    private static void check(String path, String text, List<Violation> violations) {
        WRITES_DELIVERIES
                .matcher(text)
                .results()
                .forEach(write -> violations.add(new Violation(
                        path,
                        "'" + write.group()
                                + "': only the package delivery writes this table; call its bean instead")));
    }
}
