package io.textonce.sandbox;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accounts with their credentials and the tokens that sign webhooks. The main account's credentials also open
 * sub-accounts.
 */
final class Accounts {

    private final String mainSid;
    private final @Nullable String secondaryToken;
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final Map<String, String> apiKeys = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile boolean secondarySigns;
    private volatile String client = "";
    private volatile String accessToken = "";

    Accounts(String mainSid, String authToken, @Nullable String secondaryToken) {
        this.mainSid = mainSid;
        this.secondaryToken = secondaryToken;
        tokens.put(mainSid, authToken);
    }

    void add(String subAccountSid, String authToken) {
        tokens.put(subAccountSid, authToken);
    }

    void addApiKey(String key, String secret) {
        apiKeys.put(key, secret);
    }

    void secondaryTokenSigns(boolean signs) {
        if (signs && secondaryToken == null) {
            throw new IllegalStateException("There is no secondary auth token");
        }
        secondarySigns = signs;
    }

    void oauthClient(String id, String secret) {
        client = id + " " + secret;
    }

    /** Answers a request for an access token. */
    void issue(Call call) throws IOException {
        var form = call.form();
        if (!form.text("grant_type").equals("client_credentials")
                || !(form.text("client_id") + " " + form.text("client_secret")).equals(client)) {
            call.send(401, "application/json", "{\"error\":\"invalid_client\"}");
            return;
        }
        accessToken = "token-" + issued.incrementAndGet();
        call.send(
                200,
                "application/json",
                "{\"access_token\":\"" + accessToken + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
    }

    int issuedTokens() {
        return issued.get();
    }

    void revokeTokens() {
        accessToken = "";
    }

    String mainSid() {
        return mainSid;
    }

    String signingToken(String accountSid) {
        if (secondarySigns && secondaryToken != null && accountSid.equals(mainSid)) {
            return secondaryToken;
        }
        return tokens.getOrDefault(accountSid, "");
    }

    /** Null when the caller may act for the account. */
    @Nullable
    TwilioError rejection(Call call, String accountSid) {
        String bearer = call.bearer();
        if (!bearer.isEmpty()) {
            return bearer.equals(accessToken) && accountSid.equals(mainSid) ? null : TwilioError.unauthenticated();
        }
        var credentials = call.credentials();
        if (credentials == null || !known(credentials)) {
            return TwilioError.unauthenticated();
        }
        if (!tokens.containsKey(accountSid)) {
            return TwilioError.notFound(call.path());
        }
        boolean own = credentials.user().equals(accountSid);
        boolean main = credentials.user().equals(mainSid) || apiKeys.containsKey(credentials.user());
        return own || main ? null : TwilioError.unauthenticated();
    }

    private boolean known(Call.Credentials credentials) {
        String user = credentials.user();
        String password = credentials.password();
        return password.equals(tokens.get(user))
                || password.equals(apiKeys.get(user))
                || (user.equals(mainSid) && password.equals(secondaryToken));
    }
}
