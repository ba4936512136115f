package io.textonce.sandbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    private volatile boolean secondarySigns;

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
