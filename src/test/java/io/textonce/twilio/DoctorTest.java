package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.network.TrustedAuthorities;
import io.textonce.sandbox.TlsFront;
import io.textonce.sandbox.TwilioSimulator;
import io.textonce.settings.CheckSettings;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.Diagnosis.Level;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Each fault of an installation, as the simulator of Twilio shows it. */
@ExtendWith(OutputCaptureExtension.class)
class DoctorTest {

    private static final String SERVICE = "MG00000000000000000000000000000001";
    private static final String INBOUND = "https://sms.example.com/twilio/inbound";

    private static TwilioSimulator twilio;
    private static TextOnceProperties number;
    private static TextOnceProperties service;

    @BeforeAll
    static void start() {
        twilio = TwilioSimulator.builder().inboundUrl(INBOUND).build().start();
        number = settings();
        service = settings("--TWILIO_MESSAGING_SERVICE_SID=" + SERVICE);
    }

    @AfterAll
    static void stop() {
        twilio.close();
    }

    @BeforeEach
    void behave() {
        twilio.reset();
    }

    @Test
    void findsNothingWhereAllIsWell() {
        for (var settings : List.of(number, service)) {
            var found = Doctor.examine(settings);

            assertThat(found)
                    .extracting(Diagnosis::check)
                    .contains(
                            "credentials",
                            "account",
                            "sender",
                            "inbound URL",
                            "callback URL",
                            "webhook rules",
                            "opt-out",
                            "geo permissions",
                            "verify service",
                            "clock",
                            "TLS",
                            "trust store",
                            "proxy");
            assertThat(found).filteredOn(Diagnosis::isFault).isEmpty();
        }
    }

    @Test
    void onlyReads() {
        Doctor.examine(number);

        assertThat(twilio.postCount()).isZero();
        assertThat(twilio.verifyPosts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/Messages.json | 20003 | credentials | FAULT | Copy the account SID and TWILIO_AUTH_TOKEN again",
                "/Messages.json | 20403 | credentials | FAULT | rights to read and create messages",
                ".json | 20403 | account | SKIPPED | ''",
                "/IncomingPhoneNumbers.json | 20403 | sender | SKIPPED | ''",
                "/v1/Messaging/GeoPermissions | 20403 | geo permissions | SKIPPED | ''",
                "/v2/Services/VA00000000000000000000000000000001 | 20404 | verify service | FAULT | TWILIO_VERIFY_SERVICE_SID",
            })
    void namesWhatTheCredentialsMayNotRead(String path, int code, String check, Level level, String fix) {
        twilio.rejects(path, code);

        assertFound(number, check, level, fix);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'status':'suspended','type':'Full'} | account | FAULT | billing page",
                "{'status':'closed','type':'Full'} | account | FAULT | billing page",
                "{'status':'active','type':'Trial'} | account | WARNING | only verified numbers",
            })
    void namesTheStateOfTheAccount(String json, String check, Level level, String fix) {
        twilio.resource(".json", json.replace('\'', '"'));

        assertFound(number, check, level, fix);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | sender | FAULT | one of the account's numbers",
                "[{'sms_url':'URL','capabilities':{'sms':false}}] | sender | FAULT | with the capability SMS",
                "[{'sms_url':'','capabilities':{'sms':true}}] | inbound URL | FAULT | to https://sms.example.com/twilio/inbound",
                "[{'sms_url':'https://demo.twilio.com','capabilities':{'sms':true}}] | inbound URL | FAULT | A message comes in",
                "[{'sms_url':'https://demo.twilio.com','capabilities':{'sms':true}}] | opt-out | FAULT | Fix the inbound URL",
                "[{'sms_url':'URL','capabilities':{'sms':true}}] | inbound URL | WARNING | Append #rc=5&rp=all",
                "[{'sms_url':'URL#rc=5','capabilities':{'sms':true}}] | inbound URL | WARNING | Append #rc=5&rp=all",
                "[{'sms_url':'URL','sms_fallback_url':'URL','capabilities':{'sms':true}}] | inbound URL | OK | ''",
                "[{'sms_url':'URL#rc=2&rp=5xx','capabilities':{'sms':true}}] | inbound URL | OK | ''",
                "[{'sms_url':'URL','sms_application_sid':'AP1','capabilities':{'sms':true}}] | inbound URL | FAULT | A message comes in",
            })
    void namesWhatIsWrongWithTheNumber(String numbers, String check, Level level, String fix) {
        twilio.resource(
                "/IncomingPhoneNumbers.json",
                "{\"incoming_phone_numbers\":" + numbers.replace('\'', '"').replace("URL", INBOUND) + "}");

        assertFound(number, check, level, fix);
    }

    @Test
    void namesWhatIsWrongWithTheMessagingService() {
        twilio.rejects("/v1/Services/" + SERVICE, 20404);
        assertFound(service, "sender", Level.FAULT, "Copy its SID again");

        twilio.reset();
        twilio.resource("/v1/Services/" + SERVICE + "/PhoneNumbers", "{\"phone_numbers\":[]}");
        assertFound(service, "sender", Level.FAULT, "Add a number to the sender pool");

        twilio.resource(
                "/v1/Services/" + SERVICE + "/PhoneNumbers",
                "{\"phone_numbers\":[{\"phone_number\":\"+15550009999\"}]}");
        assertFound(service, "sender", Level.WARNING, "Add it to the pool");

        twilio.resource("/v1/Services/" + SERVICE, "{\"inbound_request_url\":null}");
        assertFound(service, "inbound URL", Level.FAULT, "Send a webhook");

        twilio.resource("/v1/Services/" + SERVICE, "{\"use_inbound_webhook_on_number\":true}");
        assertFound(service, "inbound URL", Level.WARNING, "Send a webhook");
    }

    @Test
    void namesTheCountriesThatTwilioDoesNotAllow() {
        twilio.resource(
                "/v1/Messaging/GeoPermissions",
                "{\"permissions\":[{\"country_code\":\"US\",\"enabled\":true},{\"country_code\":\"DE\",\"enabled\":false}]}");

        var found = find(settings("--TEXTONCE_COUNTRIES_ALLOWED=US,DE,FR"), "geo permissions");

        assertThat(found.level()).isEqualTo(Level.FAULT);
        assertThat(found.finding()).endsWith("DE, FR");
    }

    @Test
    void namesAnAddressAndASenderThatCanNotTakeReplies() {
        assertFound(settings("--PUBLIC_BASE_URL=http://sms.example.com"), "callback URL", Level.FAULT, "https");
        assertFound(
                settings("--TWILIO_FROM_NUMBER=TextOnce", "--TEXTONCE_VERIFY_COUNTRIES=US"),
                "opt-out",
                Level.WARNING,
                "Use a number");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DEFAULT | ''                                  | S1 | WARNING",
                "DEFAULT | ''                                  | S0 | OK",
                "PREFIX_MATCH | https://sms.example.com/twilio | S1 | WARNING",
                "PREFIX_MATCH | https://shop.example.com/      | S1 | OK",
                "EXACT_MATCH | https://sms.example.com/twilio/status-callback | S1 | WARNING",
            })
    void noticesARuleThatReplacesTheRetriesOfCallbacks(String type, String url, String setting, Level level) {
        twilio.resource(
                "/v1/Webhooks/Rules",
                "{\"rules\":[{\"id\":\"R1\",\"matchType\":\"" + type + "\",\"value\":\"" + url + "\",\"prefix\":\""
                        + url + "\",\"settings\":[\"" + setting + "\"]}]}");
        twilio.resource(
                "/v1/Webhooks/Settings",
                "{\"settings\":[{\"id\":\"S0\",\"type\":\"SYSTEM\"},{\"id\":\"S1\",\"type\":\"CUSTOMER\"}]}");

        assertFound(number, "webhook rules", level, level == Level.OK ? "" : "5 retries");
    }

    @Test
    void examinesEachSenderOfTheTable(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("senders.yaml"), """
                - sender: ACME
                  countries: DE
                - sender: MG00000000000000000000000000000002
                  events: order-delayed
                - sender: whatsapp:+14155238886
                """);
        twilio.rejects("/v1/Services/MG00000000000000000000000000000002", 20404);

        var found = Doctor.examine(settings("--TEXTONCE_ROUTES=" + folder));

        assertThat(found)
                .filteredOn(diagnosis -> diagnosis.check().equals("sender"))
                .extracting(Diagnosis::level)
                .containsExactly(Level.OK, Level.SKIPPED, Level.FAULT, Level.SKIPPED);
        assertThat(found)
                .extracting(Diagnosis::finding)
                .contains(
                        "An alphanumeric sender can not receive STOP: ACME (senders.yaml, line 1)",
                        "Twilio does not know the Messaging Service MG00000000000000000000000000000002"
                                + " (senders.yaml, line 3) (20404)");
    }

    @Test
    void readsTheRestWithCredentialsThatMayNotReadMessages() {
        twilio.rejects("/Messages.json", 20403);

        assertThat(Doctor.examine(number)).extracting(Diagnosis::check).contains("sender", "verify service");
    }

    @Test
    void readsNothingElseWithInvalidCredentials() {
        twilio.rejects("/Messages.json", 20003);

        var found = Doctor.examine(number);

        assertThat(found.get(1).finding()).contains("without valid credentials");
        assertThat(found).extracting(Diagnosis::check).doesNotContain("sender").contains("clock");
    }

    @Test
    void goesOnWhenTwilioDoesNotAnswer() {
        var found = Doctor.examine(settings("--TWILIO_BASE_URL=http://127.0.0.1:1"));

        assertThat(found.get(0).level()).isEqualTo(Level.FAULT);
        assertThat(found.get(0).fix()).contains("https://status.twilio.com");
        assertThat(found.get(1).finding()).isEqualTo("Nothing else can be read while Twilio does not respond");
        assertThat(found).extracting(Diagnosis::check).contains("clock", "trust store", "proxy");
    }

    @Test
    void selectsTheProxyByTheHostsOfTheRegion() {
        var regional = settings("--TWILIO_BASE_URL=", "--TWILIO_REGION=ie1").twilio();
        var selected = new ArrayList<String>();
        var proxies = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                selected.add(uri.toString());
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress proxy, IOException failure) {}
        };

        new MachineChecks(regional).proxies(proxies);

        assertThat(selected)
                .containsExactly("https://api.dublin.ie1.twilio.com", "https://verify.dublin.ie1.twilio.com");
    }

    @Test
    void namesACertificateThatIsNotTrusted() {
        try (var front = new TlsFront(URI.create(twilio.baseUrl()).getPort())) {
            assertFound(
                    settings("--TWILIO_BASE_URL=https://localhost:" + front.port()),
                    "TLS",
                    Level.FAULT,
                    "TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "29, OK", "-29, OK", "31, FAULT", "-31, FAULT"})
    void namesAWrongClock(int seconds, Level level) {
        var skew = new TwilioClock.Skew(Duration.ofSeconds(seconds), Duration.ofSeconds(seconds), true);

        assertThat(MachineChecks.clock(skew).level()).isEqualTo(level);
    }

    @Test
    void namesATrustStoreWithoutTheNextAuthorityOfTwilio() {
        assertThat(MachineChecks.trust(List.<X509Certificate>of()).level()).isEqualTo(Level.FAULT);
        assertThat(MachineChecks.trust(List.<X509Certificate>of()).fix())
                .contains("TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES");
        assertThat(find(number, "trust store").level()).isEqualTo(Level.OK);
    }

    @Test
    void knowsTheAuthoritiesThatTheSettingsName(@TempDir Path folder) throws Exception {
        var next = TrustedAuthorities.ofJava().stream()
                .filter(authority ->
                        authority.getSubjectX500Principal().getName().startsWith("CN=Amazon Root CA 1,"))
                .findFirst()
                .orElseThrow();
        var file = folder.resolve("next.pem");
        Files.writeString(
                file,
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(next.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        var java = folder.resolve("java.p12");
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var out = Files.newOutputStream(java)) {
            store.store(out, "changeit".toCharArray());
        }
        var context = SSLContext.getDefault();
        System.setProperty("javax.net.ssl.trustStore", java.toString());
        try {
            assertFound(number, "trust store", Level.FAULT, "TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES");
            assertFound(settings("--TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES=" + file), "trust store", Level.OK, "");
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            SSLContext.setDefault(context);
        }
    }

    @Test
    void namesACertificateThatAProxyIssued() {
        assertThat(MachineChecks.issuer("CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O=DigiCert Inc, C=US")
                        .level())
                .isEqualTo(Level.OK);
        assertThat(MachineChecks.issuer("CN=Amazon RSA 2048 M02,O=Amazon,C=US").level())
                .isEqualTo(Level.OK);
        assertThat(MachineChecks.issuer("CN=Corporate Inspection CA").level()).isEqualTo(Level.WARNING);
    }

    @Test
    void theCommandPrintsEachFixAndReturnsWhetherThereIsAFault(CapturedOutput output) {
        int well = Doctor.run(arguments());
        twilio.resource(".json", "{\"status\":\"suspended\"}");
        int ill = Doctor.run(arguments());
        int invalid = Doctor.run(arguments("--TWILIO_ACCOUNT_SID=AC1"));

        assertThat(well).isZero();
        assertThat(ill).isEqualTo(1);
        assertThat(invalid).isEqualTo(2);
        assertThat(output).contains("account: The account is suspended; Twilio sends nothing. Open ", "1 faults");
    }

    private static void assertFound(TextOnceProperties settings, String check, Level level, String fix) {
        var found = find(settings, check);

        assertThat(found.level()).as(found.finding()).isEqualTo(level);
        assertThat(String.valueOf(found.fix())).contains(fix);
    }

    private static Diagnosis find(TextOnceProperties settings, String check) {
        return Doctor.examine(settings).stream()
                .filter(diagnosis -> diagnosis.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private static TextOnceProperties settings(String... more) {
        var settings = new AtomicReference<TextOnceProperties>();
        CheckSettings.run(
                Doctor.COMMAND,
                valid -> {
                    settings.set(valid);
                    return 0;
                },
                arguments(more));
        return settings.get();
    }

    private static String[] arguments(String... more) {
        var arguments = new ArrayList<>(List.of(
                Doctor.COMMAND,
                "--TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001",
                "--TWILIO_AUTH_TOKEN=primary-token-of-the-simulator",
                "--TWILIO_FROM_NUMBER=+15551234567",
                "--TWILIO_VERIFY_SERVICE_SID=VA00000000000000000000000000000001",
                "--TWILIO_BASE_URL=" + twilio.baseUrl(),
                "--PUBLIC_BASE_URL=https://sms.example.com",
                "--TEXTONCE_HASH_KEY=a-key-of-at-least-32-characters!",
                "--textonce.clients.shop.token-sha256=" + "0".repeat(64),
                "--spring.datasource.url=jdbc:postgresql://db.invalid/textonce",
                "--spring.artemis.broker-url=tcp://broker.invalid:61616"));
        for (String each : more) {
            arguments.removeIf(argument -> argument.startsWith(each.substring(0, each.indexOf('=') + 1)));
        }
        arguments.addAll(Arrays.asList(more));
        return arguments.toArray(String[]::new);
    }
}
