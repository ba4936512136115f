package io.textonce.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The environment variables that TextOnce reads, as .env.example and the README name them. */
final class Settings {

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]+");

    /** Spring Boot's own, which docs/operations.md names. */
    private static final String OPERATIONS = "docs/operations.md";

    private Settings() {}

    /** Whether a variable is one of them; one with a client's name in it is, whatever the name. */
    static boolean knows(String variable) {
        String general = variable.replaceFirst("^TEXTONCE_CLIENTS_[A-Z0-9]+_", "TEXTONCE_CLIENTS_SHOP_");
        try {
            for (String file : new String[] {".env.example", OPERATIONS}) {
                var names = NAME.matcher(Files.readString(Path.of(file)));
                if (names.results().anyMatch(name -> name.group().equals(general))) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a variable holds a secret. */
    static boolean isSecret(String variable) {
        return variable.matches(".*(PASSWORD|TOKEN|SECRET|HASH_KEY|API_KEY|ACCOUNT_SID).*");
    }
}
