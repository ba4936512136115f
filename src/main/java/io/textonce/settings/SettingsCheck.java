package io.textonce.settings;

import io.textonce.event.EventName;
import io.textonce.privacy.PersonalDataMask;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Looks at every setting before the first bean is made, so that nothing starts half. All that is missing or wrong is
 * named at once by its environment variable; values are never printed, since half of them are secrets.
 */
final class SettingsCheck implements BeanFactoryPostProcessor {

    private static final Pattern HEX_64 = Pattern.compile("[0-9a-fA-F]{64}");

    /** Stands for a value with a placeholder that leads nowhere: Spring's own message would print it. */
    private static final String UNREADABLE = "${";

    private static final String ISSUER = "spring.security.oauth2.resourceserver.jwt.issuer-uri";

    private static final String POSITIVE = "[1-9]\\d{0,8}";

    private static final String PACE = "([\\w+ ]+=)?(?=[\\d.]*[1-9])\\d{1,4}(\\.\\d{1,3})?";
    private static final String PACES = PACE + "(," + PACE + ")*";

    private static final Set<String> INTAKES = Set.of("http", "jms", "file");
    private static final List<String> OTHER_SECRETS = List.of(
            "textonce.twilio.secondary-auth-token",
            "textonce.hash-key",
            "spring.datasource.password",
            "spring.artemis.password");

    private final Environment environment;
    private final List<String> problems = new ArrayList<>();

    SettingsCheck(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        keepSecretsOutOfTheLog();
        boolean sandbox = beans.getBeanNamesForType(Sandbox.class, false, false).length > 0;
        required("TWILIO_ACCOUNT_SID", "textonce.twilio.account-sid", sid("AC"), "AC and 32 hexadecimal digits");
        required("TWILIO_AUTH_TOKEN", "textonce.twilio.auth-token", v -> v.length() >= 20, "at least 20 characters");
        optional(
                "TWILIO_SECONDARY_AUTH_TOKEN",
                "textonce.twilio.secondary-auth-token",
                v -> v.length() >= 20,
                "at least 20 characters");
        optional("TWILIO_API_KEY", "textonce.twilio.api-key", sid("SK"), "SK and 32 hexadecimal digits");
        together("TWILIO_API_KEY", "textonce.twilio.api-key", "TWILIO_API_SECRET", "textonce.twilio.api-secret");
        optional(
                "TWILIO_MESSAGING_SERVICE_SID",
                "textonce.twilio.messaging-service-sid",
                sid("MG"),
                "MG and 32 hexadecimal digits");
        optional(
                "TWILIO_FROM_NUMBER",
                "textonce.twilio.from-number",
                matches("\\+[1-9]\\d{1,14}|\\d{3,8}|[A-Za-z0-9 ]{2,11}"),
                "an E.164 number, a short code or an alphanumeric sender");
        if (value("textonce.twilio.from-number").isEmpty()
                && value("textonce.twilio.messaging-service-sid").isEmpty()) {
            problems.add("TWILIO_FROM_NUMBER is missing (or set TWILIO_MESSAGING_SERVICE_SID)");
        }
        optional(
                "TWILIO_VERIFY_SERVICE_SID",
                "textonce.twilio.verify-service-sid",
                sid("VA"),
                "VA and 32 hexadecimal digits");
        optional(
                "TEXTONCE_VERIFY_CHANNELS",
                "textonce.verify.channels",
                matches("(sms|call|whatsapp)(,(sms|call|whatsapp))*"),
                "some of sms,call,whatsapp");
        optional(
                "TEXTONCE_VERIFY_LOCALE",
                "textonce.verify.locale",
                matches("[a-z]{2,3}(-[A-Z]{2})?"),
                "a language such as de or pt-BR");
        required(
                "TEXTONCE_VERIFY_APPROVED_DESTINATION",
                "textonce.verify.approved-destination",
                matches("(queue|topic):[^\\s?]+"),
                "queue:NAME or topic:NAME");
        required(
                "TEXTONCE_HTTP_REQUESTS_PER_SECOND",
                "textonce.http.requests-per-second",
                matches(POSITIVE),
                "a number from 1 on");
        optional(
                "TEXTONCE_HTTP_PUBLIC_PATHS",
                "textonce.http.public-paths",
                v -> Stream.of(v.split(",")).allMatch(path -> ReservedPaths.areSparedBy(path.trim())),
                "paths of own routes in plain characters, and none of TextOnce's own");
        required(
                "TEXTONCE_HTTP_SCOPE_CLAIMS",
                "textonce.http.scope-claims",
                matches("[\\w.:/-]+(, *[\\w.:/-]+)*"),
                "names of claims, such as scope,scp,roles");
        optional(
                "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI",
                ISSUER,
                v -> isPublicUrl(v) && isSafe(URI.create(v)),
                "an https URL (http only to this machine)");
        // A token that the issuer made for somebody else would open this too.
        together(
                "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI",
                ISSUER,
                "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES",
                "spring.security.oauth2.resourceserver.jwt.audiences");
        optional(
                "TEXTONCE_TWILIO_SEGMENTS_PER_SECOND",
                "textonce.twilio.segments-per-second",
                matches(PACES),
                "a number above 0, or SENDER=NUMBER, several with commas");
        optional(
                "TWILIO_REGION",
                "textonce.twilio.region",
                region -> TextOnceProperties.Twilio.EDGES.containsKey(region)
                        || region.matches("[a-z]{2}\\d")
                                && !value("textonce.twilio.edge").isEmpty(),
                "us1, ie1, au1 or jp1, or another one together with TWILIO_EDGE");
        optional("TWILIO_EDGE", "textonce.twilio.edge", matches("[a-z-]{2,30}"), "an edge such as dublin");
        optional(
                "TWILIO_BASE_URL",
                "textonce.twilio.base-url",
                SettingsCheck::isBaseUrl,
                "an https URL (http only to this machine)");
        required(
                "PUBLIC_BASE_URL",
                "textonce.public-base-urls",
                v -> List.of(v.split(",")).stream().allMatch(SettingsCheck::isPublicUrl),
                "an http or https URL without query or fragment (or several, with commas)");
        required("TEXTONCE_HASH_KEY", "textonce.hash-key", v -> v.length() >= 32, "at least 32 characters");
        optional(
                "TEXTONCE_HASH_KEY_PREVIOUS",
                "textonce.hash-key-previous",
                v -> List.of(v.split(",")).stream().allMatch(key -> key.length() >= 32),
                "at least 32 characters each");
        required("TEXTONCE_TIME_ZONE", "textonce.time-zone", SettingsCheck::isTimeZone, "a time zone, Europe/Berlin");
        optional(
                "TEXTONCE_RESTORED_TO",
                "textonce.restored-to",
                SettingsCheck::isPast,
                "a moment of the past, such as 2026-11-23T09:00:00Z");
        consentAges();
        problems.addAll(new TimesCheck(environment).problems());
        optional("TEXTONCE_ROUTES", "textonce.routes", v -> Files.isDirectory(Path.of(v)), "a folder that exists");
        required("TEXTONCE_ROUTES_RELOAD", "textonce.routes-reload", matches("true|false"), "true or false");
        required(
                "TEXTONCE_LOCALE",
                "textonce.locale",
                matches("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"),
                "a language tag such as en or pt-BR");
        required(
                "TEXTONCE_INTAKES",
                "textonce.intakes",
                v -> INTAKES.containsAll(List.of(v.split(","))),
                "some of http,jms,file");
        required(
                "TEXTONCE_INCIDENT_LADDER",
                "textonce.incident.ladder",
                matches("[1-9]\\d{0,3}/\\d+[smhd](, *[1-9]\\d{0,3}/\\d+[smhd])*"),
                "texts and windows such as 1/1m,5/15m");
        required("SPRING_DATASOURCE_URL", "spring.datasource.url", matches("jdbc:postgresql:.+"), "jdbc:postgresql:…");
        String destination = value("textonce.status.destination");
        optional(
                "TEXTONCE_STATUS_DESTINATION",
                "textonce.status.destination",
                matches("(queue|topic):[^\\s?]+"),
                "queue:NAME or topic:NAME");
        if (destination.equals("queue:" + value("textonce.jms.events-queue"))) {
            problems.add("TEXTONCE_STATUS_DESTINATION must not be the queue of events");
        }
        required("TEXTONCE_STATUS_PARALLEL", "textonce.status.parallel", matches(POSITIVE), "a number from 1 on");
        if (value("textonce.intakes").contains("jms") || !destination.isEmpty()) {
            required("SPRING_ARTEMIS_BROKER_URL", "spring.artemis.broker-url", v -> true, "the address of the broker");
        }
        required(
                "REQUIRE_TWILIO_SIGNATURE",
                "textonce.require-twilio-signature",
                matches("true|false"),
                "true or false");
        // Camel 4.17's HTTP consumer gives each back twice (autoRelease, and once more): two requests get the same one.
        optional(
                "CAMEL_MAIN_EXCHANGE_FACTORY",
                "camel.main.exchange-factory",
                matches("default|prototype"),
                "prototype: one that is used again would be given to two events at once");
        required("PORT", "server.port", SettingsCheck::isPort, "a port number");
        required("MANAGEMENT_SERVER_PORT", "management.server.port", SettingsCheck::isPort, "a port number");
        if (!sandbox) {
            if (value("textonce.require-twilio-signature").equals("false")) {
                problems.add("REQUIRE_TWILIO_SIGNATURE must be true; false is possible only in the sandbox");
            }
        }
        clients(sandbox);
        if (!problems.isEmpty()) {
            throw new InvalidSettings(problems);
        }
    }

    private void keepSecretsOutOfTheLog() {
        PersonalDataMask.registerCredentials(value("textonce.twilio.account-sid"), value("textonce.twilio.auth-token"));
        PersonalDataMask.registerCredentials(value("textonce.twilio.api-key"), value("textonce.twilio.api-secret"));
        for (String key : value("textonce.hash-key-previous").split(",")) {
            PersonalDataMask.registerSecret(key);
        }
        for (String property : OTHER_SECRETS) {
            PersonalDataMask.registerSecret(value(property));
        }
    }

    /** @param open whether callers need no token */
    private void clients(boolean open) {
        Map<String, TextOnceProperties.Client> clients;
        try {
            clients = Binder.get(environment)
                    .bind("textonce.clients", Bindable.mapOf(String.class, TextOnceProperties.Client.class))
                    .orElseGet(Map::of);
        } catch (BindException e) {
            problems.add("TEXTONCE_CLIENTS_<NAME>_ROLE must be sender or operator, _REQUESTS_PER_SECOND a number");
            return;
        }
        if (!open
                && clients.isEmpty()
                && value(ISSUER).isEmpty()
                && value("textonce.intakes").contains("http")) {
            problems.add("TEXTONCE_CLIENTS_<NAME>_TOKEN_SHA256 is missing; without a client nobody may call the API");
        }
        clients.forEach((name, client) -> {
            String prefix = "TEXTONCE_CLIENTS_" + name.toUpperCase(Locale.ROOT);
            if (client.requestsPerSecond() != null && client.requestsPerSecond() < 1) {
                problems.add(prefix + "_REQUESTS_PER_SECOND must be a number from 1 on");
            }
            webhook(name, prefix + "_WEBHOOK", client.webhook());
            // A client with a webhook may be one that only listens.
            if (client.tokenSha256().isEmpty() && client.webhook() == null
                    || !client.tokenSha256().stream()
                            .allMatch(hash -> HEX_64.matcher(hash).matches())) {
                problems.add(prefix + "_TOKEN_SHA256 must be SHA-256 in 64 hexadecimal digits");
            }
            if (!client.events().stream().allMatch(EventName::isValid)) {
                problems.add(prefix + "_EVENTS must be names of events, such as order-shipped");
            }
        });
    }

    private void webhook(String client, String prefix, TextOnceProperties.@Nullable Webhook webhook) {
        if (webhook == null) {
            return;
        }
        webhook.secret().forEach(PersonalDataMask::registerSecret);
        if (client.equals(TextOnceProperties.Status.SUBSCRIBER)) {
            problems.add(prefix + "_URL is not possible: a client named jms can't be told from the destination");
        }
        if (!isWebhook(webhook.url())) {
            problems.add(prefix + "_URL must be an https URL (http only to this machine)");
        }
        if (webhook.secret().isEmpty() || !webhook.secret().stream().allMatch(SettingsCheck::isWebhookSecret)) {
            problems.add(prefix + "_SECRET must be whsec_ and 24 to 64 bytes in Base64");
        }
        if (!webhook.events().stream().allMatch(event -> event.equals("*") || EventName.isValid(event))) {
            problems.add(prefix + "_EVENTS must be names of events, such as order-shipped, or *");
        }
    }

    private static boolean isWebhook(String text) {
        try {
            URI uri = new URI(text);
            return uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()) && isSafe(uri))
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isWebhookSecret(String text) {
        try {
            int bytes = Base64.getDecoder().decode(text.replaceFirst("^whsec_", "")).length;
            return text.startsWith("whsec_") && bytes >= 24 && bytes <= 64;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void consentAges() {
        try {
            Binder.get(environment).bind("textonce.consent.max-age", Bindable.mapOf(String.class, Duration.class));
        } catch (BindException e) {
            problems.add("TEXTONCE_CONSENT_MAXAGE_<PURPOSE> must be a length of time, such as 365d");
        }
    }

    private void required(String variable, String property, Predicate<String> valid, String expected) {
        if (value(property).isEmpty()) {
            problems.add(variable + " is missing");
        } else {
            optional(variable, property, valid, expected);
        }
    }

    private void optional(String variable, String property, Predicate<String> valid, String expected) {
        String value = value(property);
        if (value.equals(UNREADABLE)) {
            problems.add(variable + " must not hold ${");
        } else if (!value.isEmpty() && !valid.test(value)) {
            problems.add(variable + " must be " + expected);
        }
    }

    private void together(String variable, String property, String otherVariable, String otherProperty) {
        if (value(property).isEmpty() != value(otherProperty).isEmpty()) {
            problems.add(variable + " and " + otherVariable + " must be set together");
        }
    }

    private String value(String property) {
        try {
            return environment.getProperty(property, "").trim();
        } catch (IllegalArgumentException e) {
            return UNREADABLE;
        }
    }

    private static boolean isTimeZone(String text) {
        try {
            return ZoneId.of(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isPast(String text) {
        try {
            return Instant.parse(text).isBefore(Instant.now());
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isPort(String text) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65_535;
    }

    private static Predicate<String> matches(String regex) {
        return Pattern.compile(regex).asMatchPredicate();
    }

    private static Predicate<String> sid(String prefix) {
        return matches(prefix + "[0-9a-fA-F]{32}");
    }

    private static boolean isPublicUrl(String text) {
        try {
            URI uri = new URI(text.trim());
            return uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isBaseUrl(String text) {
        if (!isPublicUrl(text)) {
            return false;
        }
        URI uri = URI.create(text.trim());
        boolean bare = uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
        return bare && isSafe(uri);
    }

    private static boolean isSafe(URI uri) {
        return "https".equals(uri.getScheme())
                || Set.of("localhost", "127.0.0.1", "[::1]").contains(uri.getHost());
    }
}
