package io.textonce.message;

import io.textonce.event.EventRejected;
import io.textonce.event.Utf8Text;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Registry of senders: the table {@value FILE}, a user's before the shipped one, and the default sender of the settings
 * for what no row fits. The sender of a message is chosen before its claim, and again for a held one when it is sent.
 */
@Component
public final class Senders {

    public static final String FILE = "senders.yaml";

    private static final Logger LOG = LoggerFactory.getLogger(Senders.class);

    private final String home;
    private final String own;
    private final String usual;
    private final Set<String> noStopPurposes;
    private final PathMatchingResourcePatternResolver files = new PathMatchingResourcePatternResolver();

    /** Purpose of each event that a route sends. */
    private final Map<String, String> purposes = new ConcurrentHashMap<>();

    /** Policies of the loaded routes. */
    private final Set<SendPolicy> policies =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** The last valid version; null as long as there was none. */
    private volatile @Nullable SenderTable table;

    @Autowired
    public Senders(TextOnceProperties settings) {
        this(
                settings.home(),
                settings.routes(),
                settings.twilio().sender(),
                settings.consent().noStopPurposes());
    }

    /**
     * @param home where the shipped files are, such as {@code classpath:routes}
     * @param own folder of user files, or empty
     * @param usual sender of what no row fits
     * @param noStopPurposes purposes whose recipients need no STOP
     */
    public Senders(String home, String own, String usual, Set<String> noStopPurposes) {
        this.home = home;
        this.own = own;
        this.usual = usual;
        this.noStopPurposes = noStopPurposes;
        try {
            reload();
        } catch (IOException | RuntimeException e) {
            // Reported with its line when the user's files are loaded.
            LOG.error("{} has an error; events are retried until it is fixed: {}", FILE, e.getMessage());
        }
    }

    /**
     * Reloads the table. If it has an error, the last valid version stays in use.
     *
     * @throws io.textonce.event.LineError if a row is wrong
     */
    public synchronized void reload() throws IOException {
        var users = own.isEmpty() ? null : files.getResource("file:" + own + "/" + FILE);
        var file = users != null && users.exists() ? users : files.getResource(home + "/" + FILE);
        table = SenderTable.of(Utf8Text.of(file.getContentAsByteArray()));
        purposes.forEach(this::requireStop);
    }

    /** Returns whether a version of the table is in use. */
    public boolean isGood() {
        return table != null;
    }

    /** Returns all senders, each with where it is set: the default one and those of the table. */
    public Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        all.put(usual, "the default sender");
        var current = table;
        if (current != null) {
            current.rows().forEach(row -> all.putIfAbsent(row.sender().address(), FILE + ", line " + row.line()));
        }
        return all;
    }

    /** Returns the addresses of all senders by which a person may get messages: those of policies, too. */
    public Set<String> possible() {
        var possible = new LinkedHashSet<>(all().keySet());
        synchronized (policies) {
            policies.forEach(policy -> Stream.of(policy.service(), policy.fallbackFrom())
                    .filter(Objects::nonNull)
                    .forEach(possible::add));
        }
        return possible;
    }

    /** Returns the Messaging Services among them. */
    public Set<String> services() {
        return possible().stream()
                .map(address -> new Sender(address).service())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** Takes the policy of a loaded route. */
    void add(SendPolicy policy) {
        policies.add(policy);
    }

    /**
     * Returns the sender of a message.
     *
     * @param channel of the message, or empty for SMS and MMS
     * @throws EventRejected if there is none for its channel, or as long as no version of the table was valid
     */
    public String of(
            SendPolicy policy, String channel, @Nullable String client, String phone, @Nullable String language) {
        if (policy.service() != null) {
            return Sender.of(channel, policy.service()).address();
        }
        var current = table;
        if (current == null) {
            throw new EventRejected(
                    503,
                    "try_again",
                    "The table of senders has an error. Nothing was sent; retry once an operator has fixed it.");
        }
        var row = current.find(channel, policy.event(), client, phone, language);
        if (row != null) {
            return row.sender().address();
        }
        var sender = Sender.of(channel, usual);
        if (!channel.isEmpty() && !Sender.isValid(sender.address()) || isNumberOfRcs(sender)) {
            throw EventRejected.ofText(
                    502, "sms_delivery_failed", null, "There is no sender for the channel " + channel + ".");
        }
        return sender.address();
    }

    /** An RCS sender is an agent or a service. */
    private static boolean isNumberOfRcs(Sender sender) {
        return sender.channel().equals(Sender.RCS) && sender.service() == null;
    }

    /** Returns the sender that a stored message has now; the one it had if there is none now. */
    public String current(Sms sms) {
        try {
            return of(sms.policy(), new Sender(sms.sender()).channel(), sms.client(), sms.phone(), sms.language());
        } catch (EventRejected e) {
            return sms.sender();
        }
    }

    /** Accepts what a route sends, and logs if a sender of it can't receive STOP. */
    void use(String event, String purpose) {
        if (!purpose.equals(purposes.put(event, purpose))) {
            requireStop(event, purpose);
        }
    }

    private void requireStop(String event, String purpose) {
        if (noStopPurposes.contains(purpose)) {
            return;
        }
        var where = new TreeSet<String>();
        var current = table;
        if (current != null) {
            current.rows().stream()
                    .filter(row -> row.sender().isAlphanumeric() && row.isFor(event))
                    .forEach(row -> where.add(
                            FILE + ", line " + row.line() + ": " + row.sender().address()));
        }
        if (new Sender(usual).isAlphanumeric()) {
            where.add("TWILIO_FROM_NUMBER: " + usual);
        }
        where.forEach(sender -> LOG.warn(
                "{} can't receive STOP, which recipients of {} need (purpose {}); use a number, or name the purpose in"
                        + " textonce.consent.no-stop-purposes",
                sender,
                event,
                purpose));
    }
}
