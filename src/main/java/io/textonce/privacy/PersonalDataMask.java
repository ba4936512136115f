package io.textonce.privacy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a log line what nobody may read there: phone numbers but for their last four digits, texts, codes,
 * credentials, and every registered secret wherever it stands. It reads a line once, without regular expressions, so
 * that no input makes it slow; what cannot be told from private data is masked too.
 *
 * <p>The secrets are static because Logback builds its encoders before Spring exists: whoever reads a secret from the
 * settings registers it here, and from then on no line shows it.
 */
public final class PersonalDataMask {

    /** Shorter ones cannot be told from words, and masking them would eat the log. */
    private static final int SHORTEST_SECRET = 6;

    static final String MASK = "***";

    private static volatile List<String> secrets = List.of();

    private PersonalDataMask() {}

    /** The line without private data. A line may hold line breaks: a stack trace is masked as one. */
    public static String mask(CharSequence line) {
        var known = secrets;
        if (known.isEmpty()) {
            return new LineMask(line).masked();
        }
        var text = line.toString();
        for (var secret : known) {
            text = text.replace(secret, MASK);
        }
        return new LineMask(text).masked();
    }

    /** Masks a secret from now on, also percent-encoded and as it stands in JSON. Null and short ones are ignored. */
    public static void registerSecret(@Nullable String secret) {
        if (secret != null && secret.length() >= SHORTEST_SECRET && !secret.isBlank()) {
            add(Set.of(secret));
            add(Set.of(URLEncoder.encode(secret, StandardCharsets.UTF_8)));
            add(Set.of(secret.replace("\\", "\\\\").replace("\"", "\\\"")));
        }
    }

    /** Masks a secret, and what HTTP Basic makes of it together with its user. */
    public static void registerCredentials(String user, @Nullable String secret) {
        registerSecret(secret);
        if (secret != null) {
            var pair = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
            add(Set.of(Base64.getEncoder().withoutPadding().encodeToString(pair)));
        }
    }

    /** For tests: the registry outlives them. */
    static void forgetSecrets() {
        secrets = List.of();
    }

    /** Longest first: a secret that contains another one goes as a whole. */
    private static synchronized void add(Set<String> more) {
        var all = new LinkedHashSet<>(secrets);
        all.addAll(more);
        secrets = all.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }
}
