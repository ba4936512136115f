package io.textonce.incident;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Which incidents a digest is about, in as many words as a text has room for. */
final class Digest {

    private static final int ROOM = 200;

    private Digest() {}

    /** Each name once, in order, with commas; those that find no room are counted. */
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
