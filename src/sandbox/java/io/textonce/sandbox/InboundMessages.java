package io.textonce.sandbox;

import io.textonce.sandbox.Call.Ids;
import io.textonce.sandbox.WebhookSender.Signed;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Inbound messages to the application. STOP and START take effect before the application receives them. */
final class InboundMessages {

    private static final Set<String> STOP =
            Set.of("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT");
    private static final Set<String> START = Set.of("START", "YES", "UNSTOP");

    private final Accounts accounts;
    private final WebhookSender webhooks;
    private final Set<String> optOuts;
    private volatile @Nullable String url;

    InboundMessages(Accounts accounts, WebhookSender webhooks, Set<String> optOuts, @Nullable String url) {
        this.accounts = accounts;
        this.webhooks = webhooks;
        this.optOuts = optOuts;
        this.url = url;
    }

    void url(String newUrl) {
        url = newUrl;
    }

    @Nullable
    String url() {
        return url;
    }

    TwilioWebhook receive(String from, String to, String body, @Nullable String optOutType) {
        String destination = url;
        if (destination == null) {
            throw new IllegalStateException("No inbound URL was configured");
        }
        String word = body.strip().toUpperCase(Locale.ROOT);
        if (STOP.contains(word)) {
            optOuts.add(CreateRules.pair(from, to));
        } else if (START.contains(word)) {
            optOuts.remove(CreateRules.pair(from, to));
        }
        String token = accounts.signingToken(accounts.mainSid());
        return webhooks.send(Signed.with(token, destination, form(from, to, body, optOutType)))
                .join();
    }

    private Form form(String from, String to, String body, @Nullable String optOutType) {
        String sid = Ids.next("SM");
        return new Form(List.of())
                .with("ToCountry", "US")
                .with("ToState", "")
                .with("SmsMessageSid", sid)
                .with("NumMedia", "0")
                .with("ToCity", "")
                .with("FromZip", "")
                .with("SmsSid", sid)
                .with("OptOutType", optOutType)
                .with("FromState", "CA")
                .with("SmsStatus", "received")
                .with("FromCity", "SAN FRANCISCO")
                .with("Body", body)
                .with("FromCountry", "US")
                .with("To", to)
                .with("ToZip", "")
                .with("NumSegments", Integer.toString(Segments.count(body)))
                .with("MessageSid", sid)
                .with("AccountSid", accounts.mainSid())
                .with("From", from)
                .with("ApiVersion", "2010-04-01");
    }
}
