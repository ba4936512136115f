package io.textonce.sandbox;

import io.textonce.privacy.CommandConsole;
import java.nio.file.Path;

/** Check of a folder: its files are loaded by the loader of production, whose errors are printed. */
final class Check {

    private Check() {}

    static int run(Path folder) {
        try (var context = OfflineApplication.start(folder)) {
            var findings = UserFileFindings.of(context, folder);
            findings.forEach(System.out::println);
            System.out.println(
                    findings.isEmpty() ? folder + " has no error" : folder + " has errors: " + findings.size());
            return findings.isEmpty() ? CommandConsole.OK : CommandConsole.FINDINGS;
        }
    }
}
