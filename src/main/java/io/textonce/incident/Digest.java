package io.textonce.incident;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** List of incidents in a digest, as long as an SMS allows. */
final class Digest {

    private static final int ROOM = 200;

    private Digest() {}

    /** Returns each name once, in order, separated by commas; those that do not fit are counted. */
    static String names(List<String> names) {
        var all = new ArrayList<>(new LinkedHashSet<>(names));
        int shown = 0;
        int length = 0;
        while (shown < all.size() && length + all.get(shown).length() <= ROOM) {
            length += all.get(shown++).length() + 2;
        }
        String list = String.join(", ", all.subList(0, shown));
        return shown == all.size() ? list : list + " and " + (all.size() - shown) + " more";
    }
}
