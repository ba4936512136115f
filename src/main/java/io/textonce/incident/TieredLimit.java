package io.textonce.incident;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/**
 * Tiered rate limits of one number, in several windows at once: one message a minute, but only five in a quarter of an
 * hour. Excess alerts wait and are bundled into one digest.
 */
record TieredLimit(List<Tier> tiers) {

    private static final Pattern TIER = Pattern.compile("([1-9]\\d{0,3})/(\\d+[a-z]+)");

    /** @param tiers such as {@code 5/15m} */
    static TieredLimit parse(List<String> tiers) {
        return new TieredLimit(tiers.stream().map(TieredLimit::tier).toList());
    }

    private static Tier tier(String text) {
        var parts = TIER.matcher(text.trim());
        if (!parts.matches()) {
            throw new IllegalArgumentException("a tier of textonce.incident.limits must be such as 5/15m");
        }
        return new Tier(Integer.parseInt(parts.group(1)), DurationStyle.detectAndParse(parts.group(2)));
    }

    /** @param most messages in the window */
    record Tier(int most, Duration window) {}
}
