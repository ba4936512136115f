package io.textonce.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The properties of a {@link TwilioSimulator}. Everything has a default, so that a test names only what it is about. */
public final class SimulatorBuilder {

    int port;
    String accountSid = "AC" + "0".repeat(31) + "1";
    private String authToken = "primary-token-of-the-simulator";
    private @Nullable String secondaryAuthToken;
    private @Nullable String apiKey;
    private String apiSecret = "";
    private String oauthClient = "";
    private String oauthSecret = "";
    private final Map<String, String> subAccounts = new ConcurrentHashMap<>();
    String verifyServiceSid = "VA" + "0".repeat(31) + "1";
    String poolNumber = "+15005550006";

    @Nullable
    String callbackTarget;

    @Nullable
    String inboundUrl;

    Duration callbackDelay = Duration.ofMillis(100);
    Clock clock = Clock.systemUTC();
    int concurrencyLimit = Integer.MAX_VALUE;

    SimulatorBuilder() {}

    /** 0, the default, for any that is free. */
    public SimulatorBuilder port(int newPort) {
        port = newPort;
        return this;
    }

    public SimulatorBuilder account(String sid, String token) {
        accountSid = sid;
        authToken = token;
        return this;
    }

    /**
     * Sets the secondary token of the main account: valid for calls at once, for signatures after its promotion.
     */
    public SimulatorBuilder secondaryAuthToken(String token) {
        secondaryAuthToken = token;
        return this;
    }

    public SimulatorBuilder apiKey(String key, String secret) {
        apiKey = key;
        apiSecret = secret;
        return this;
    }

    /** Sets the client that gets access tokens. */
    public SimulatorBuilder oauthClient(String id, String secret) {
        oauthClient = id;
        oauthSecret = secret;
        return this;
    }

    /** Adds a sub-account, whose webhooks are signed with its own token. */
    public SimulatorBuilder subAccount(String sid, String token) {
        subAccounts.put(sid, token);
        return this;
    }

    public SimulatorBuilder verifyServiceSid(String sid) {
        verifyServiceSid = sid;
        return this;
    }

    /** The number from which messaging services send. */
    public SimulatorBuilder poolNumber(String number) {
        poolNumber = number;
        return this;
    }

    /** See {@link TwilioSimulator#callbackTarget}. */
    public SimulatorBuilder callbackTarget(String hostAndPort) {
        callbackTarget = hostAndPort;
        return this;
    }

    public SimulatorBuilder inboundUrl(String url) {
        inboundUrl = url;
        return this;
    }

    public SimulatorBuilder callbackDelay(Duration delay) {
        callbackDelay = delay;
        return this;
    }

    /** Dates, the list's lag and the expiry of codes follow this clock. */
    public SimulatorBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    /** Above so many requests at once, creates are answered with 429 and 20429. */
    public SimulatorBuilder concurrencyLimit(int requests) {
        concurrencyLimit = requests;
        return this;
    }

    public TwilioSimulator build() {
        return new TwilioSimulator(this);
    }

    Accounts accounts() {
        var accounts = new Accounts(accountSid, authToken, secondaryAuthToken);
        accounts.oauthClient(oauthClient, oauthSecret);
        subAccounts.forEach(accounts::add);
        if (apiKey != null) {
            accounts.addApiKey(apiKey, apiSecret);
        }
        return accounts;
    }
}
