package io.textonce.delivery;

import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.Recipients;
import org.jspecify.annotations.Nullable;

/**
 * Redirection of messages that were accepted elsewhere, as in a copy of a production database: when one is sent here, the
 * statement that leases it makes it one to the number of {@code textonce.recipients}, so that reconciliation, STOP and
 * support find it by the number that has it.
 *
 * @param phone number of every message, or null where each goes to its own
 */
record Redirection(@Nullable String phone, @Nullable String masked, byte @Nullable [] hash) {

    static final Redirection NONE = new Redirection(null, null, null);

    static final String WORDS = "Redirected: textonce.recipients";

    /** Query of the three parameters. */
    static final String COLUMNS =
            "SELECT CAST(? AS text) AS to_phone, CAST(? AS text) AS to_masked, CAST(? AS bytea) AS to_hash";

    /** Columns of the delivery {@code d}, by the row {@code due}. */
    static final String APPLIED = "phone = CASE WHEN due.is_redirected THEN due.to_phone ELSE d.phone END,"
            + " phone_masked = CASE WHEN due.is_redirected THEN due.to_masked ELSE d.phone_masked END,"
            + " phone_hash = CASE WHEN due.is_redirected THEN due.to_hash ELSE d.phone_hash END";

    static Redirection of(Recipients recipients, PhoneNumbers phones, PhoneHash hash) {
        if (!recipients.areRedirected()) {
            return NONE;
        }
        String phone = recipients.addressee("");
        return new Redirection(phone, phones.mask(phone), hash.of(phone));
    }
}
