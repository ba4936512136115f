package io.textonce.settings;

import io.textonce.event.EventName;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.Recipients;
import io.textonce.privacy.PersonalDataMask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules that no constraint of one setting can say: over several of them, about addresses, and of Spring's settings. */
final class SettingRules {

    private static final String JWT = "spring.security.oauth2.resourceserver.jwt.";
    private static final String ISSUER = JWT + "issuer-uri";
    private static final String POOL_SIZE = "spring.datasource.hikari.maximum-pool-size";
    private static final String MANAGEMENT_PORT = "management.server.port";
    private static final String CLIENTS = "textonce.clients.";
    private static final String HTTPS = "must be an https URL (http only to this machine)";
    private static final String EVENTS = "must be names of events, such as order-shipped";

    private final TextOnceProperties settings;
    private final SettingFaults faults;
    private final boolean sandbox;

    SettingRules(TextOnceProperties settings, SettingFaults faults, boolean sandbox) {
        this.settings = settings;
        this.faults = faults;
        this.sandbox = sandbox;
    }

    void check() {
        twilio();
        addresses();
        lengths();
        framework();
        if (!settings.requireTwilioSignature() && !sandbox) {
            faults.add("textonce.require-twilio-signature", "must be true; false is possible only in the sandbox");
        }
        demand(
                "textonce.home",
                SettingForms.isHome(settings.home()),
                "must be the folder of the shipped routes, such as classpath:routes or file:/opt/textonce/routes");
        if (!settings.routes().isEmpty() && !Files.isDirectory(Path.of(settings.routes()))) {
            faults.add("textonce.routes", "must be a folder that exists");
        }
        demand(
                "textonce.inbox",
                settings.inbox() == null || !Files.exists(settings.inbox()) || Files.isDirectory(settings.inbox()),
                "must be a folder");
        var body = settings.http().maxBody();
        demand("textonce.http.max-body", body == null || SettingForms.isBody(body), "must be a size such as 64KB");
        clients();
        caps();
        countries("textonce.countries.allowed", settings.countries().allowed());
        countries("textonce.countries.denied", settings.countries().denied());
        countries("textonce.verify.countries", settings.verify().countries());
        String recipients = settings.recipients();
        demand(
                "textonce.recipients",
                !recipients.matches(Recipients.FORM) || new Recipients(recipients).areWhole(new PhoneNumbers()),
                Recipients.WHOLE);
    }

    private void countries(String setting, Set<String> countries) {
        demand(setting, Countries.areKnown(countries), Countries.KNOWN);
    }

    private void twilio() {
        var twilio = settings.twilio();
        together("textonce.twilio.api-key", "textonce.twilio.api-secret");
        together("textonce.twilio.client-id", "textonce.twilio.client-secret");
        demand(
                "textonce.twilio.client-id",
                twilio.clientId().isEmpty() || twilio.apiKey().isEmpty(),
                "must not be set together with TWILIO_API_KEY: one of both calls Twilio");
        if (twilio.sender().isEmpty()) {
            faults.add("textonce.twilio.from-number", "is missing (or set TWILIO_MESSAGING_SERVICE_SID)");
        }
        if (!twilio.verifyServiceSid().isEmpty()
                && !twilio.fromNumber().startsWith("+")
                && settings.verify().countries().isEmpty()
                && settings.countries().allowed().isEmpty()) {
            faults.add("textonce.verify.countries", "is missing: the countries whose numbers get codes, such as US,DE");
        }
        if (!twilio.region().isEmpty() && twilio.edgeOfRegion().isEmpty()) {
            faults.add(
                    "textonce.twilio.region", "must be us1, ie1, au1 or jp1, or another one together with TWILIO_EDGE");
        }
    }

    private void addresses() {
        var publicPaths = settings.http().publicPaths();
        demand(
                "textonce.http.public-paths",
                publicPaths.stream().allMatch(ReservedPaths::areSparedBy),
                "must be paths of own routes in plain characters, and none of TextOnce's own");
        demand(
                "textonce.http.trusted-proxies",
                settings.http().trustedProxies().stream().allMatch(SettingForms::isNetwork),
                "must be IP addresses or networks, such as 10.0.0.0/8");
        // Spring's own strategies trust every caller, or by another list.
        demand(
                "server.forward-headers-strategy",
                faults.value("server.forward-headers-strategy").equalsIgnoreCase("none"),
                "must be none; trusted proxies are listed in TEXTONCE_HTTP_TRUSTED_PROXIES");
        demand(
                "textonce.public-base-urls",
                settings.publicBaseUrls() == null
                        || settings.publicBaseUrls().stream()
                                .allMatch(uri -> uri != null && SettingForms.isPublic(uri)),
                "must be an http or https URL without query or fragment (or several, with commas)");
        String base = settings.twilio().baseUrl();
        demand(
                "textonce.twilio.base-url",
                base.isEmpty()
                        || SettingForms.isAddress(
                                base,
                                uri -> SettingForms.isPublic(uri)
                                        && SettingForms.isSafe(uri)
                                        && Set.of("", "/").contains(uri.getRawPath())),
                HTTPS);
        var outbound = settings.outbound();
        demand(
                "textonce.outbound.proxy",
                outbound.proxy().isEmpty() || SettingForms.isAddress(outbound.proxy(), SettingForms::isProxy),
                "must be http://HOST:PORT or http://USER:PASSWORD@HOST:PORT");
        demand(
                "textonce.outbound.trusted-authorities",
                outbound.trustedAuthorities().isEmpty() || SettingForms.hasCertificates(outbound.trustedAuthorities()),
                "must be a file of certificates in PEM");
        String issuer = faults.value(ISSUER);
        demand(
                ISSUER,
                issuer.isEmpty()
                        || SettingForms.isAddress(
                                issuer, uri -> SettingForms.isPublic(uri) && SettingForms.isSafe(uri)),
                HTTPS);
        // Without an audience, a token that the issuer made for another service would be accepted, too.
        together(ISSUER, JWT + "audiences");
        for (String keys : new String[] {JWT + "jwk-set-uri", JWT + "public-key-location"}) {
            demand(
                    keys,
                    faults.value(keys).isEmpty() || !issuer.isEmpty(),
                    "needs " + faults.variable(ISSUER) + ": without it, neither issuer nor audience is checked");
        }
    }

    /** Checks the durations on which it rests that one event is one message. */
    private void lengths() {
        var twilio = settings.twilio();
        var unknown = settings.unknown();
        for (Duration length : new Duration[] {
            unknown.listLag(),
            twilio.poolTimeout(),
            twilio.connectTimeout(),
            twilio.readTimeout(),
            unknown.window(),
            settings.lease()
        }) {
            if (length == null || length.isNegative()) {
                return; // reported already
            }
        }
        var bounds = TimeBounds.of(settings);
        add("textonce.unknown.window", bounds.problemOfWindow(unknown.window()));
        add("textonce.lease", bounds.problemOfLease(settings.lease()));
    }

    private void framework() {
        faults.require(
                "spring.datasource.url", SettingForms::isDatabase, "must be jdbc:postgresql://HOST:PORT/DATABASE");
        faults.require("server.port", SettingRules::isPort, "must be a port number");
        faults.require(MANAGEMENT_PORT, SettingRules::isPort, "must be a port number");
        // Health, metrics and the bill of materials would be served to callers, and the routes page would be missing.
        String port = faults.value(MANAGEMENT_PORT);
        demand(
                MANAGEMENT_PORT,
                port.equals("0") || !port.equals(faults.value("server.port")),
                "must not be the port of callers, PORT");
        demand(POOL_SIZE, faults.value(POOL_SIZE).matches("|[1-9]\\d{0,3}"), "must be a number from 1 to 9999");
        bundle("server.ssl.bundle");
        bundle("management.server.ssl.bundle");
        if (runs("jms") || !settings.status().destination().isEmpty()) {
            new BrokerRules(settings, faults).check();
        }
        // Camel 4.17's HTTP consumer gives each back twice (autoRelease, and once more): two requests get the same one.
        demand(
                "camel.main.exchange-factory",
                faults.value("camel.main.exchange-factory").matches("|default|prototype"),
                "must be prototype: one that is used again would be given to two events at once");
    }

    private boolean runs(String intake) {
        return settings.intakes() != null && settings.intakes().contains(intake);
    }

    private void clients() {
        if (!sandbox && settings.clients().isEmpty() && faults.value(ISSUER).isEmpty() && runs("http")) {
            faults.add(CLIENTS + "<name>.token-sha256", "is missing; without a client no caller may use the API");
        }
        settings.clients().forEach((name, client) -> {
            // A client with a webhook may be one that only listens.
            demand(
                    CLIENTS + name + ".token-sha256",
                    !client.tokenSha256().isEmpty() || client.webhook() != null,
                    TextOnceProperties.SHA256);
            demand(CLIENTS + name + ".events", client.events().stream().allMatch(EventName::isValid), EVENTS);
            countries(CLIENTS + name + ".countries", client.countries());
            demand(
                    CLIENTS + name + ".events",
                    client.events().isEmpty() || client.role() != TextOnceProperties.Role.MONITOR,
                    "are not possible with the role monitor, which sends nothing");
            if (client.webhook() != null) {
                webhook(name, CLIENTS + name + ".webhook.", client.webhook());
            }
        });
    }

    private void caps() {
        settings.caps().forEach((name, cap) -> {
            String prefix = "textonce.caps." + name;
            demand(prefix, name.matches("[A-Za-z0-9-]{1,40}"), "must have a name of letters, digits and hyphens");
            demand(prefix + ".events", cap.events().stream().allMatch(EventName::isValid), EVENTS);
            countries(prefix + ".countries", cap.countries());
            // An issuer names clients that no setting has, and the sandbox needs none.
            demand(
                    prefix + ".clients",
                    sandbox
                            || !faults.value(ISSUER).isEmpty()
                            || settings.clients().keySet().containsAll(cap.clients()),
                    "must be names of clients in textonce.clients");
        });
    }

    private void webhook(String client, String prefix, TextOnceProperties.Webhook webhook) {
        webhook.secret().forEach(PersonalDataMask::registerSecret);
        demand(
                prefix + "url",
                !client.equals(TextOnceProperties.Status.SUBSCRIBER),
                "is not possible: the name jms is reserved for the broker's destination");
        demand(
                prefix + "url",
                SettingForms.isAddress(webhook.url(), uri -> SettingForms.isWeb(uri) && SettingForms.isSafe(uri)),
                HTTPS);
        demand(
                prefix + "secret",
                !webhook.secret().isEmpty() && webhook.secret().stream().allMatch(SettingForms::isWebhookSecret),
                "must be whsec_ and 24 to 64 bytes in Base64");
        demand(
                prefix + "events",
                webhook.events().stream().allMatch(event -> event.equals("*") || EventName.isValid(event)),
                EVENTS + ", or *");
    }

    /** A bundle that nothing defines would end the start later, with one fault. */
    private void bundle(String property) {
        String name = faults.value(property);
        demand(
                property,
                name.isEmpty()
                        || Stream.of("pem." + name + ".keystore.certificate", "jks." + name + ".keystore.location")
                                .anyMatch(keystore -> !faults.value("spring.ssl.bundle." + keystore)
                                        .isEmpty()),
                "must be a bundle of spring.ssl.bundle that has a certificate");
    }

    private static boolean isPort(String text) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65_535;
    }

    private void together(String property, String other) {
        if (faults.value(property).isEmpty() != faults.value(other).isEmpty()) {
            faults.add(property, "and " + faults.variable(other) + " must be set together");
        }
    }

    private void demand(String property, boolean holds, String fault) {
        faults.demand(property, holds, fault);
    }

    private void add(String property, @Nullable String fault) {
        if (fault != null) {
            faults.add(property, fault);
        }
    }
}
