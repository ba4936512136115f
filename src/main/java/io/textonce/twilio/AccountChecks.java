package io.textonce.twilio;

import com.fasterxml.jackson.databind.JsonNode;
import com.twilio.rest.Domains;
import io.textonce.phone.Countries;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TwilioSettings;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Checks of the account: credentials and their rights, its state, countries and the Verify service. */
final class AccountChecks {

    private static final String CREDENTIALS = "credentials";
    private static final String CONSOLE = "https://console.twilio.com";

    private final TwilioResources twilio;
    private final TextOnceProperties settings;

    AccountChecks(TwilioResources twilio, TextOnceProperties settings) {
        this.twilio = twilio;
        this.settings = settings;
    }

    private TwilioSettings account() {
        return settings.twilio();
    }

    /**
     * Reconciliation reads the message list; the right to send can't be tried without sending.
     *
     * @throws TwilioFailure.Rejected when the credentials are invalid
     */
    Diagnosis key() {
        try {
            twilio.ofAccount("/Messages.json", Map.of("PageSize", "1"));
            return Diagnosis.ok(CREDENTIALS, "Twilio accepts " + user() + ", and it may read messages");
        } catch (TwilioFailure.Rejected e) {
            if (e.httpStatus() == 401) {
                throw e;
            }
            return Diagnosis.fault(
                    CREDENTIALS,
                    user() + " may not read messages (" + e.code() + "), so an unknown outcome can't be resolved",
                    "Use a standard API key, or give the restricted one the rights to read and create messages.");
        }
    }

    Diagnosis invalidKey(TwilioFailure.Rejected rejected) {
        return Diagnosis.fault(
                CREDENTIALS,
                "Twilio does not accept " + user() + " for the account (" + rejected.code() + ")",
                "Copy the account SID and " + user() + " again from " + CONSOLE
                        + "; with TWILIO_REGION both must be of that region.");
    }

    private String user() {
        return account().apiKey().isEmpty() ? "TWILIO_AUTH_TOKEN" : "TWILIO_API_KEY";
    }

    Diagnosis state() {
        String check = "account";
        JsonNode account;
        try {
            account = twilio.ofAccount(".json", Map.of());
        } catch (TwilioFailure.Rejected e) {
            return Diagnosis.skipped(check, "These credentials may not read the account's state (" + e.code() + ")");
        }
        String status = account.path("status").asText();
        if (!status.equals("active")) {
            return Diagnosis.fault(
                    check,
                    "The account is " + status + "; Twilio sends nothing",
                    "Open " + CONSOLE + ": its billing page has the reason. Messages are held until then.");
        }
        return account.path("type").asText().equals("Trial")
                ? Diagnosis.warning(
                        check,
                        "The account is a trial account",
                        "Upgrade it at " + CONSOLE + ": until then only verified numbers get messages.")
                : Diagnosis.ok(check, "The account is active");
    }

    /** Countries that events may message, and Twilio does not allow. */
    Diagnosis geoPermissions() {
        String check = "geo permissions";
        var wanted = wanted();
        JsonNode permissions;
        try {
            permissions = twilio.get(Domains.ACCOUNTS, "/v1/Messaging/GeoPermissions", Map.of())
                    .path("permissions");
        } catch (TwilioFailure.Rejected e) {
            return Diagnosis.skipped(check, "These credentials may not read the geo permissions (" + e.code() + ")");
        }
        var closed = new TreeSet<>(wanted);
        permissions.forEach(permission -> {
            if (permission.path("enabled").asBoolean()) {
                closed.remove(permission.path("country_code").asText());
            }
        });
        return closed.isEmpty()
                ? Diagnosis.ok(check, "Twilio allows messages to " + String.join(", ", wanted))
                : Diagnosis.fault(
                        check,
                        "Twilio does not allow messages to " + String.join(", ", closed),
                        "Allow them at " + CONSOLE + "/us1/develop/sms/settings/geo-permissions, or remove them from"
                                + " TEXTONCE_COUNTRIES_ALLOWED.");
    }

    private Set<String> wanted() {
        var allowed = new TreeSet<>(settings.countries().allowed());
        allowed.removeIf(country -> country.length() != 2);
        if (allowed.isEmpty() && account().fromNumber().startsWith("+")) {
            allowed.add(String.valueOf(Countries.of(account().fromNumber())));
        }
        return allowed;
    }

    Diagnosis verify() {
        String check = "verify service";
        String sid = account().verifyServiceSid();
        if (sid.isEmpty()) {
            return Diagnosis.skipped(check, "No Verify service is configured, so there are no one-time codes");
        }
        try {
            var service = twilio.get(Domains.VERIFY, "/v2/Services/" + sid, Map.of());
            return Diagnosis.ok(
                    check,
                    "The Verify service is called "
                            + service.path("friendly_name").asText());
        } catch (TwilioFailure.Rejected e) {
            return Diagnosis.fault(
                    check,
                    "Twilio does not know the Verify service (" + e.code() + "); no one-time code can be sent",
                    "Copy the SID of the service to TWILIO_VERIFY_SERVICE_SID: it must be of this account and region.");
        }
    }
}
