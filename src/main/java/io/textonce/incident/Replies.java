package io.textonce.incident;

import io.textonce.delivery.UrgentDatabase;
import io.textonce.phone.PhoneHash;
import io.textonce.privacy.RepeatedLines;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Inbox of acknowledgments by reply. A reply is stored, which waits for no lock, before Twilio gets its response: Twilio
 * does not repeat it. If its incidents are locked, or the instance ends, it is applied by the next poll.
 */
@Component
class Replies {

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    /** Condition that a reply waits. */
    static final String IS_WAITING = "EXISTS (SELECT FROM textonce.incident_replies WHERE due_at <= now())";

    /**
     * Twilio may repeat its call about a reply if it is configured so, and the number may have been alerted of more
     * incidents by then.
     */
    private static final String KEEP = """
            INSERT INTO textonce.incident_replies (message_sid, phone_hashes, words, received_at, due_at)
            VALUES (?, ?, ?,
                coalesce((SELECT received_at FROM textonce.inbound_messages WHERE message_sid = ?), clock_timestamp()),
                now() + interval '5 s')
            ON CONFLICT (message_sid) DO NOTHING
            """;

    private static final String WAITING =
            "SELECT message_sid FROM textonce.incident_replies WHERE due_at <= now() ORDER BY due_at LIMIT ?";

    private final JdbcTemplate jdbc;
    private final PhoneHash phoneHash;
    private final Incidents incidents;
    private final RepeatedLines delays = new RepeatedLines();

    Replies(UrgentDatabase database, PhoneHash phoneHash, Incidents incidents) {
        this.jdbc = database.jdbc();
        this.phoneHash = phoneHash;
        this.incidents = incidents;
    }

    /**
     * Acknowledges the incidents of an alerted number, now or as soon as the database accepts it.
     *
     * @param words of the reply: the names of incidents among them, or else all of which this number was alerted
     * @param sid of the reply
     * @return number of incidents that ended
     * @throws DataAccessException if it could not even be stored
     */
    int acknowledge(String phone, List<String> words, String sid) {
        jdbc.update(KEEP, sid, phoneHash.all(phone), words.toArray(String[]::new), sid);
        return apply(sid);
    }

    /** Applies the replies that wait. */
    void applyWaiting(int most) {
        jdbc.queryForList(WAITING, String.class, most).forEach(this::apply);
    }

    private int apply(String sid) {
        try {
            return incidents.acknowledgeAlerted(sid);
        } catch (DataAccessException | TransactionException e) {
            delays.log(
                    "replies",
                    omitted -> LOG.warn(
                            "The acknowledgment by the message {} is stored and waits for the database: {}",
                            sid,
                            e.getMessage()));
            return 0;
        }
    }
}
