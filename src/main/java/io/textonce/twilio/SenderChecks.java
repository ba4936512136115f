package io.textonce.twilio;

import com.fasterxml.jackson.databind.JsonNode;
import com.twilio.rest.Domains;
import io.textonce.message.Sender;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TwilioSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks of the sender: that it is ours and can send, and that replies to it, STOP among them, come to us. */
final class SenderChecks {

    private static final String SENDER = "sender";
    private static final String INBOUND = "inbound URL";
    private static final String CALLBACK = "callback URL";
    private static final String OPT_OUT = "opt-out";

    /** Fragment that has Twilio repeat a webhook after any failure, or after a 5xx. */
    private static final Pattern REPEATS = Pattern.compile("#(?=.*\\brc=[1-5])(?=.*\\brp=[^&]*(all|5xx))");

    private final TwilioResources twilio;
    private final TwilioSettings account;
    private final URI publicUrl;

    SenderChecks(TwilioResources twilio, TextOnceProperties settings) {
        this.twilio = twilio;
        this.account = settings.twilio();
        this.publicUrl = settings.publicBaseUrls().get(0);
    }

    /**
     * Checks one sender.
     *
     * @param where it is set
     */
    List<Diagnosis> of(String address, String where) {
        var found = new ArrayList<Diagnosis>();
        var sender = new Sender(address);
        String name = address + " (" + where + ")";
        if (sender.service() != null) {
            service(found, sender.service(), name);
        } else if (sender.channel().isEmpty() && address.startsWith("+")) {
            number(found, address, name);
        } else {
            found.add(Diagnosis.skipped(SENDER, "Twilio's API does not show who may use " + name));
            found.add(
                    sender.isAlphanumeric()
                            ? Diagnosis.warning(
                                    OPT_OUT,
                                    "An alphanumeric sender can not receive STOP: " + name,
                                    "Use a number where a purpose needs an opt-out, or offer one by other means.")
                            : Diagnosis.skipped(
                                    OPT_OUT, "Twilio's API does not show where replies to " + name + " go"));
        }
        return found;
    }

    /** Every message names its own callback, whatever its sender has. */
    Diagnosis callback() {
        return "https".equals(publicUrl.getScheme())
                ? Diagnosis.ok(CALLBACK, "Callbacks go to " + publicUrl + "/twilio/status-callback")
                : Diagnosis.fault(
                        CALLBACK,
                        "PUBLIC_BASE_URL is not https, so callbacks and replies can be read on their way",
                        "Set PUBLIC_BASE_URL to the https address under which Twilio reaches this service.");
    }

    private void number(List<Diagnosis> found, String address, String name) {
        var numbers = twilio.ofAccount("/IncomingPhoneNumbers.json", Map.of("PhoneNumber", address))
                .path("incoming_phone_numbers");
        if (numbers.isEmpty()) {
            found.add(Diagnosis.fault(
                    SENDER,
                    name + " is not a number of this account",
                    "Name one of the account's numbers there, or use the account that has it."));
            return;
        }
        var number = numbers.get(0);
        found.add(
                number.at("/capabilities/sms").asBoolean(true)
                        ? Diagnosis.ok(SENDER, name + " is a number of this account that can send SMS")
                        : Diagnosis.fault(
                                SENDER,
                                name + " can't send SMS",
                                "Buy a number with the capability SMS, and name it there."));
        inbound(
                found,
                name,
                number.path("sms_application_sid").asText("").isEmpty()
                        ? number.path("sms_url").asText("")
                        : "that of the TwiML app "
                                + number.path("sms_application_sid").asText(),
                number.path("sms_fallback_url").asText(""),
                "the number's “A message comes in”");
    }

    private void service(List<Diagnosis> found, String sid, String name) {
        String path = "/v1/Services/" + sid;
        JsonNode service;
        try {
            service = twilio.get(Domains.MESSAGING, path, Map.of());
        } catch (TwilioFailure.Rejected e) {
            found.add(Diagnosis.fault(
                    SENDER,
                    "Twilio does not know the Messaging Service " + name + " (" + e.code() + ")",
                    "Copy its SID again: it must be of this account and region."));
            return;
        }
        found.add(pool(path, sid, name));
        if (service.path("use_inbound_webhook_on_number").asBoolean()) {
            found.add(Diagnosis.warning(
                    INBOUND,
                    "The Messaging Service " + name + " leaves replies to the webhook of each of its numbers",
                    "Choose “Send a webhook” in the service's integration, with " + inboundUrl() + "#rc=5&rp=all."));
        } else {
            inbound(
                    found,
                    name,
                    service.path("inbound_request_url").asText(""),
                    service.path("fallback_url").asText(""),
                    "the service's integration, “Send a webhook”");
        }
    }

    private Diagnosis pool(String service, String sid, String name) {
        var numbers = list(service + "/PhoneNumbers", "phone_numbers");
        boolean isEmpty = numbers.isEmpty()
                && list(service + "/ShortCodes", "short_codes").isEmpty()
                && list(service + "/AlphaSenders", "alpha_senders").isEmpty();
        if (isEmpty) {
            return Diagnosis.fault(
                    SENDER,
                    "The Messaging Service " + name + " has no sender",
                    "Add a number to the sender pool of the service.");
        }
        String number = account.fromNumber();
        boolean isMissing = sid.equals(account.messagingServiceSid())
                && number.startsWith("+")
                && numbers.stream()
                        .noneMatch(each -> each.path("phone_number").asText().equals(number));
        return isMissing
                ? Diagnosis.warning(
                        SENDER,
                        "TWILIO_FROM_NUMBER is not in the sender pool of the Messaging Service",
                        "Add it to the pool, or remove TWILIO_FROM_NUMBER: the service chooses among its own senders.")
                : Diagnosis.ok(SENDER, "The Messaging Service " + name + " is of this account and has senders");
    }

    private List<JsonNode> list(String path, String member) {
        var found = new ArrayList<JsonNode>();
        twilio.get(Domains.MESSAGING, path, Map.of("PageSize", "1000"))
                .path(member)
                .forEach(found::add);
        return found;
    }

    /** Without replies, opt-outs are known only from Twilio's rejections. */
    private void inbound(List<Diagnosis> found, String name, String url, String fallback, String where) {
        if (isOurs(url)) {
            found.add(
                    REPEATS.matcher(url).find() || isOurs(fallback)
                            ? Diagnosis.ok(INBOUND, "Replies to " + name + " come to " + inboundUrl())
                            : Diagnosis.warning(
                                    INBOUND,
                                    "A reply to " + name
                                            + " that can't be stored at the moment is lost: Twilio does not repeat it",
                                    "Append #rc=5&rp=all to the address in " + where
                                            + ", or set the address as the fallback URL, too."));
            found.add(Diagnosis.ok(OPT_OUT, "STOP and START to " + name + " come to TextOnce"));
            return;
        }
        found.add(Diagnosis.fault(
                INBOUND,
                "Replies to " + name + (url.isEmpty() ? " go nowhere" : " go to another address: " + url),
                "Set " + where + " to " + inboundUrl() + "#rc=5&rp=all."));
        found.add(Diagnosis.fault(
                OPT_OUT,
                "STOP to " + name
                        + " does not come to TextOnce: held messages are not stopped, and support does not see it",
                "Fix the inbound URL. Until then Twilio alone rejects messages to those who opted out (21610)."));
    }

    private boolean isOurs(String url) {
        return url.replaceFirst("#.*", "").equals(inboundUrl());
    }

    private String inboundUrl() {
        return publicUrl + "/twilio/inbound";
    }
}
