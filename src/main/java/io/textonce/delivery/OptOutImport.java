package io.textonce.delivery;

/**
 * Result of an import of opt-outs.
 *
 * @param added new opt-outs
 * @param known those that were there already
 * @param ignored those whose person sent START since then
 * @param stopped messages that are not sent now
 */
public record OptOutImport(int added, int known, int ignored, int stopped) {

    static final OptOutImport NONE = new OptOutImport(0, 0, 0, 0);

    OptOutImport plus(int moreAdded, int moreKnown, int moreIgnored, int moreStopped) {
        return new OptOutImport(added + moreAdded, known + moreKnown, ignored + moreIgnored, stopped + moreStopped);
    }
}
