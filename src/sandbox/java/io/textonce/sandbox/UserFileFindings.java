package io.textonce.sandbox;

import io.textonce.hotload.UserRoutes;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.context.ApplicationContext;

/** Errors of user files as a compiler writes them: {@code file:line: reason}. */
public final class UserFileFindings {

    private static final Pattern LINE = Pattern.compile("line (\\d+): (.*)", Pattern.DOTALL);

    private UserFileFindings() {}

    /** @param folder of the files, as the user wrote it */
    public static List<String> of(ApplicationContext context, Path folder) {
        return context.getBean(UserRoutes.class).health().getDetails().entrySet().stream()
                .map(error -> finding(folder.resolve(error.getKey()), String.valueOf(error.getValue())))
                .sorted()
                .toList();
    }

    private static String finding(Path file, String error) {
        var line = LINE.matcher(error);
        return line.matches() ? file + ":" + line.group(1) + ": " + line.group(2) : file + ": " + error;
    }
}
