package io.textonce.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Each rule once kept and once broken, with application.yaml between the environment and the check. */
@ExtendWith(OutputCaptureExtension.class)
class SettingsCheckTest {

    private static final String HASH = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef";

    private static final Map<String, String> VALID = Map.of(
            "TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001",
            "TWILIO_AUTH_TOKEN", "an-auth-token-of-enough-length",
            "TWILIO_FROM_NUMBER", "+15551234567",
            "PUBLIC_BASE_URL", "https://sms.example.com",
            "TEXTONCE_HASH_KEY", "a-key-of-at-least-32-characters!",
            "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", HASH,
            "SPRING_DATASOURCE_URL", "jdbc:postgresql://db/textonce",
            "SPRING_ARTEMIS_BROKER_URL", "tcp://broker:61616");

    /** Those of application.yaml, which are the same for all. */
    private static final List<PropertySource<?>> DEFAULTS = defaults();

    @Test
    void acceptsTheLeastThatProductionNeeds() {
        assertThat(problems(VALID, false)).isEmpty();
    }

    @Test
    void theCommandChecksOnlyAndReturnsWhetherTheSettingsAreValid(CapturedOutput output) {
        var valid = new String[] {
            CheckSettings.COMMAND,
            "--TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001",
            "--TWILIO_AUTH_TOKEN=an-auth-token-of-enough-length",
            "--TWILIO_FROM_NUMBER=+15551234567",
            "--PUBLIC_BASE_URL=https://sms.example.com",
            "--TEXTONCE_HASH_KEY=a-key-of-at-least-32-characters!",
            "--textonce.clients.shop.token-sha256=" + HASH,
            "--spring.datasource.url=jdbc:postgresql://db.invalid/textonce",
            "--spring.artemis.broker-url=tcp://broker.invalid:61616"
        };

        assertThat(CheckSettings.run(valid)).isZero();
        assertThat(CheckSettings.run(CheckSettings.COMMAND, "--textonce.lease=a-minute-or-so"))
                .isEqualTo(2);
        assertThat(output)
                .contains("The settings are valid", "TWILIO_ACCOUNT_SID is missing", "must be a duration")
                .doesNotContain("a-minute-or-so");
    }

    /** As Docker and Kubernetes mount secrets: a file each, named after the setting. */
    @Test
    void takesSettingsFromMountedFiles(@TempDir Path secrets) throws IOException {
        Files.writeString(secrets.resolve("TWILIO_AUTH_TOKEN"), "an-auth-token-of-enough-length\n");
        Files.writeString(secrets.resolve("textonce.clients.shop.token-sha256"), HASH + "\n");
        var variables = new HashMap<>(VALID);
        variables.keySet().removeAll(Set.of("TWILIO_AUTH_TOKEN", "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256"));
        variables.put("SPRING_CONFIG_IMPORT", "configtree:" + secrets + "/");

        assertThat(problems(variables, false)).isEmpty();
    }

    @Test
    void needsNoClientWhereAnIssuerMakesTheTokens() {
        var variables = new HashMap<>(VALID);
        variables.remove("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256");
        variables.put("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", "https://id.example.com/realms/shop");
        var alone = problems(variables, false);
        variables.put("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", "textonce");

        assertThat(alone).singleElement().asString().contains("AUDIENCES").contains("must be set together");
        assertThat(problems(variables, false)).isEmpty();
    }

    @Test
    void namesEverythingThatIsMissingAtOnce() {
        assertThat(problems(Map.of(), false))
                .extracting(SettingsCheckTest::variable)
                .containsExactlyInAnyOrder(
                        "TWILIO_ACCOUNT_SID",
                        "TWILIO_AUTH_TOKEN",
                        "TWILIO_FROM_NUMBER",
                        "PUBLIC_BASE_URL",
                        "TEXTONCE_HASH_KEY",
                        "TEXTONCE_CLIENTS_<NAME>_TOKEN_SHA256",
                        "SPRING_DATASOURCE_URL",
                        "SPRING_ARTEMIS_BROKER_URL");
    }

    @Test
    void namesEverythingThatIsWrongAtOnceAndNoValue() {
        Map<String, String> wrong = Map.of(
                "TWILIO_ACCOUNT_SID", "the-wrong-account",
                "TWILIO_AUTH_TOKEN", "short-secret",
                "TWILIO_API_KEY", "the-wrong-key",
                "TWILIO_API_SECRET", "another-secret",
                "PUBLIC_BASE_URL", "user:password@host",
                "TEXTONCE_HASH_KEY", "short-hash-key",
                "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", "a-plain-token",
                "SPRING_DATASOURCE_URL", "jdbc:mysql://u:db-secret@db/textonce");

        var problems = problems(with(wrong), false);

        assertThat(problems)
                .extracting(SettingsCheckTest::variable)
                .containsExactlyInAnyOrder(
                        "TWILIO_ACCOUNT_SID",
                        "TWILIO_AUTH_TOKEN",
                        "TWILIO_API_KEY",
                        "PUBLIC_BASE_URL",
                        "TEXTONCE_HASH_KEY",
                        "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256",
                        "SPRING_DATASOURCE_URL");
        wrong.values().forEach(value -> assertThat(problems.toString()).doesNotContain(value));
        assertThat(problems.toString()).doesNotContain("db-secret").doesNotContain("password");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TWILIO_ACCOUNT_SID          | ACabcdefABCDEF01234567890123456789 | SK00000000000000000000000000000001",
                "TWILIO_AUTH_TOKEN           | 12345678901234567890               | 1234567890123456789",
                "TWILIO_SECONDARY_AUTH_TOKEN | 12345678901234567890               | 1234567890123456789",
                "TWILIO_MESSAGING_SERVICE_SID| MG00000000000000000000000000000001 | MG1",
                "TWILIO_VERIFY_SERVICE_SID   | VA00000000000000000000000000000001 | VA0000000000000000000000000000000g",
                "TWILIO_FROM_NUMBER          | +4915112345678                     | 015112345678",
                "TWILIO_FROM_NUMBER          | 12345                              | +0123",
                "TWILIO_FROM_NUMBER          | TextOnce                           | ThisNameIsTooLong",
                "TEXTONCE_CONSENT_STOP_WORDS | arret,停止,stop 2                   | arret,,stopp",
                "TEXTONCE_CONSENT_STOP_WORDS | a                                  | \uD83D\uDED1",
                "TEXTONCE_CONSENT_STOP_WORDS | unstoppable                        | stopp, Yes",
                "TWILIO_REGION               | ie1                                | Ireland",
                "TWILIO_REGION               | jp1                                | br1",
                "TWILIO_EDGE                 | dublin                             | dublin.evil.example",
                "TWILIO_BASE_URL             | https://proxy.example.com:8443     | http://proxy.example.com",
                "TWILIO_BASE_URL             | http://localhost:4010              | http://localhost.example.com",
                "TWILIO_BASE_URL             | http://127.0.0.1:4010/             | http://127.0.0.1.example.com",
                "TWILIO_BASE_URL             | http://[::1]:4010                  | https://proxy.example.com/path",
                "TWILIO_BASE_URL             | https://10.0.0.1                   | http://10.0.0.1",
                "TWILIO_BASE_URL             | https://proxy                      | https://user:pass@proxy",
                "PUBLIC_BASE_URL             | https://a.example/prefix           | https://a.example/?q",
                "PUBLIC_BASE_URL             | https://a.example,https://b.example| https://a.example,b.example",
                "PUBLIC_BASE_URL             | http://localhost:3000              | ftp://a.example",
                "TEXTONCE_HASH_KEY           | 12345678901234567890123456789012   | 1234567890123456789012345678901",
                "TEXTONCE_HASH_KEY_PREVIOUS  | 12345678901234567890123456789012   | 1234567890123456789012345678901",
                "TEXTONCE_TIME_ZONE          | Europe/Berlin                      | Mars/Olympus",
                "TEXTONCE_INTAKES            | http,jms                           | http,kafka",
                "TEXTONCE_STATUS_DESTINATION | topic:textonce.status              | textonce.status",
                "TEXTONCE_STATUS_DESTINATION | queue:a.b                          | queue:a?concurrentConsumers=9",
                "SPRING_DATASOURCE_URL       | jdbc:postgresql://a,b/c            | jdbc:h2:mem:x",
                "HTTPS_PROXY                 | http://proxy.example.com:3128      | socks5://proxy.example.com:1080",
                "HTTPS_PROXY                 | http://u:p%40ss@10.0.0.1:3128      | http://u:pass@proxy",
                "TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES | src/test/resources/tls/authority.pem | src/test/resources/none.pem",
                "TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES | src/test/resources/tls/authority.pem | pom.xml",
                "TEXTONCE_HTTP_TRUSTED_PROXIES | 10.0.0.0/8, ::1                  | 10.0.0.0/33",
                "TEXTONCE_HTTP_TRUSTED_PROXIES | 192.0.2.1                        | proxy.example.com",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /hooks/parcel                      | hooks/parcel",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /hooks/**, /bell/{id}              | /**",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /apiary                            | /api/parcel",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /hooks/*/bell                      | /hooks,/twilio/**",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /hooks/a.b~c_d-e                   | /{any}/parcel",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /hooks                             | /deliveries/x",
                "TEXTONCE_HTTP_PUBLIC_PATHS  | /hooks/a/b                         | /",
                "TEXTONCE_HTTP_SCOPE_CLAIMS  | scope, https://shop.example/roles  | scope scp",
                "TEXTONCE_RECIPIENTS         | only:+15551234567,+49*             | only:+1555000000",
                "TEXTONCE_COUNTRIES_ALLOWED  | GB,XK,premium                      | UK",
                "TEXTONCE_COUNTRIES_DENIED   | AX,JE                              | XX",
                "TEXTONCE_VERIFY_COUNTRIES   | KZ                                 | EN",
                "REQUIRE_TWILIO_SIGNATURE    | true                               | yes",
                "CAMEL_MAIN_EXCHANGE_FACTORY | prototype                          | pooled",
                "PORT                        | 8080                               | 70000",
                "MANAGEMENT_SERVER_PORT      | 0                                  | http",
                "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256 | 0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
                        + " | 0123456789abcdef",
                "TEXTONCE_CLIENTS_SHOP_EVENTS| order-shipped,order-packed         | Order Shipped",
                "TEXTONCE_CLIENTS_SHOP_ROLE  | operator                           | root",
                "TEXTONCE_INCIDENT_LIMITS    | 1/1m,5/86400s                      | 1/0m",
                "TEXTONCE_INCIDENT_LIMITS    | 9999/99999d                        | 5/99999999999d",
                "TEXTONCE_TWILIO_SEGMENTS_PER_SECOND | 1.5,+15551234567=3         | 1,500",
                "TEXTONCE_TWILIO_SEGMENTS_PER_SECOND | 30303=3,+15551234567=3     | 30303=1,30303=3",
                "TEXTONCE_TWILIO_MESSAGE_INTENTS | otp=otp,alert=otp              | otp=otp,otp=fraud",
                "TWILIO_WEBHOOK_KEYS         | a=12345678901234567890,b=12345678901234567890"
                        + " | a=12345678901234567890,a=12345678901234567891",
                "PUBLIC_BASE_URL             | https://a.example , https://b.example | https://a.example, ,https://b.example",
                "SPRING_ARTEMIS_BROKER_URL   | (tcp://a:61616,tcp://b:61616)?ha=true | my-broker:61616",
                "SPRING_ARTEMIS_BROKER_URL   | vm://0                             | tcp:broker:61616",
                "TEXTONCE_JMS_DEAD_LETTER_QUEUE | shop.dead                       | textonce.events",
                "TEXTONCE_JMS_INBOUND_QUEUE  | shop.inbound                       | textonce.events",
                "TEXTONCE_VERIFY_APPROVED_DESTINATION | queue:shop.approved       | queue:textonce.events",
                "TEXTONCE_HTTP_MAX_BODY      | 1MB                                | 0KB",
                "TEXTONCE_HTTP_MAX_BODY      | 64 KB                              | 3GB",
                "HTTPS_PROXY                 | http://proxy:65535                 | http://u:p%40ss@proxy:65536",
                "TWILIO_BASE_URL             | https://proxy:8443                 | https://proxy:70000",
                "SPRING_DATASOURCE_URL       | jdbc:postgresql://a:5432,b/c       | jdbc:postgresql://a:port/c",
                "SPRING_DATASOURCE_URL       | jdbc:postgresql://[::1]:5432/?user=a | jdbc:postgresql://a:5432?password=b",
                "TEXTONCE_VERIFY_BLOCK_DIGITS| 9                                  | 10",
                "TEXTONCE_INBOX              | target/no-inbox-yet                | pom.xml",
                "TEXTONCE_CAPS_ALL_LIMIT     | 1000                               | 1,000",
                "TEXTONCE_HOME               | file:routes                        | file:no-routes",
                "TEXTONCE_HOME               | file:routes/                       | classpath:no-routes",
                "TEXTONCE_HOME               | classpath:routes                   | http://127.0.0.1/routes",
                "MANAGEMENT_SERVER_PORT      | 3001                               | 3000",
            })
    void tellsRightFromWrong(String variable, String right, String wrong) {
        assertThat(problems(with(Map.of(variable, right)), false)).isEmpty();

        assertThat(problems(with(Map.of(variable, wrong)), false))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(variable(problem)).isEqualTo(variable);
                    assertThat(problem).doesNotContain(wrong);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TWILIO_ACCOUNT_SID",
                "TWILIO_AUTH_TOKEN",
                "TWILIO_FROM_NUMBER",
                "PUBLIC_BASE_URL",
                "TEXTONCE_HASH_KEY",
                "TEXTONCE_INTAKES",
                "SPRING_DATASOURCE_URL",
                "SPRING_ARTEMIS_BROKER_URL",
                "REQUIRE_TWILIO_SIGNATURE",
                "PORT",
                "MANAGEMENT_SERVER_PORT",
            })
    void takesAnEmptyVariableForAMissingOne(String variable) {
        for (String empty : List.of("", "  ")) {
            assertThat(problems(with(Map.of(variable, empty)), false))
                    .singleElement()
                    .satisfies(problem -> assertThat(problem).startsWith(variable + " is missing"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"TWILIO_AUTH_TOKEN", "TEXTONCE_HASH_KEY", "SPRING_DATASOURCE_URL", "TWILIO_SECONDARY_AUTH_TOKEN"
            })
    void doesNotPrintASecretThatLooksLikeAPlaceholder(String variable) {
        String secret = "jdbc:postgresql://a-secret-of-enough-length-${with-this-in-it}";

        var problems = problems(with(Map.of(variable, secret)), false);

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(variable(problem)).isEqualTo(variable);
            assertThat(problem).doesNotContain("secret");
        });
    }

    @Test
    void wantsAHorizonThatCoversTheLagOfTwiliosListAndACall() {
        Map<String, String> least = Map.of("TEXTONCE_UNKNOWN_WINDOW", "97s");
        Map<String, String> less = Map.of("TEXTONCE_UNKNOWN_WINDOW", "5s");
        Map<String, String> longerCalls = Map.of("TEXTONCE_TWILIO_READ_TIMEOUT", "90s", "TEXTONCE_LEASE", "2m");

        assertThat(problems(with(least), false)).isEmpty();
        assertThat(problems(with(less), false))
                .containsExactly("TEXTONCE_UNKNOWN_WINDOW must be at least 97s (list lag 60s + pool time-out 2s"
                        + " + connect time-out 5s + read time-out 30s), and is 5s");
        assertThat(problems(with(longerCalls), false))
                .containsExactly("TEXTONCE_UNKNOWN_WINDOW must be at least 157s (list lag 60s + pool time-out 2s"
                        + " + connect time-out 5s + read time-out 90s), and is 120s");
    }

    @Test
    void wantsALeaseThatCoversACall() {
        Map<String, String> least = Map.of("TEXTONCE_LEASE", "37s");
        Map<String, String> less = Map.of("TEXTONCE_LEASE", "36500ms");

        assertThat(problems(with(least), false)).isEmpty();
        assertThat(problems(with(less), false))
                .containsExactly("TEXTONCE_LEASE must be at least 37s (pool time-out 2s + connect time-out 5s"
                        + " + read time-out 30s), and is 36500ms");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TEXTONCE_LEASE",
                "TEXTONCE_UNKNOWN_WINDOW",
                "TEXTONCE_UNKNOWN_LIST_LAG",
                "TEXTONCE_DUE_POLL_INTERVAL",
                "TEXTONCE_HTTP_WRONG_TOKEN_DELAY",
                "TEXTONCE_STATUS_TIMEOUT",
                "TEXTONCE_TWILIO_HOLD_DELAY",
                "TEXTONCE_VERIFY_WINDOW"
            })
    void wantsDurations(String variable) {
        for (String wrong : List.of("soon", "-1s")) {
            assertThat(problems(with(Map.of(variable, wrong)), false))
                    .containsExactly(variable + " must be a duration such as 60s");
        }
    }

    /** A scheduler takes no interval below a millisecond, and PostgreSQL no time of some hundred thousand years. */
    @ParameterizedTest
    @CsvSource({
        "TEXTONCE_DUE_POLL_INTERVAL, 1ns",
        "TEXTONCE_RETENTION_POLL_INTERVAL, 999us",
        "TEXTONCE_RETENTION_DELIVERIES, 100000000d",
        "TEXTONCE_TWILIO_HOLD_DELAY, 36501d",
        "TEXTONCE_LEASE, 100000000000d"
    })
    void wantsDurationsOfALifetimeAtMost(String variable, String wrong) {
        assertThat(problems(with(Map.of(variable, wrong)), false))
                .containsExactly(variable + " must be a duration such as 60s");
    }

    /** For the HTTP client none is without end, so a message could be on its way for longer than its lease. */
    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "READ", "POOL"})
    void wantsTimeOutsOfTwilio(String name) {
        String variable = "TEXTONCE_TWILIO_" + name + "_TIMEOUT";

        assertThat(problems(with(Map.of(variable, "0")), false))
                .containsExactly(variable + " must be a duration such as 60s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TEXTONCE_HTTP_REQUESTS_PER_SECOND",
                "TEXTONCE_VERIFY_STARTS_PER_NUMBER",
                "TEXTONCE_CLIENTS_SHOP_REQUESTS_PER_SECOND"
            })
    void wantsCounts(String variable) {
        for (String wrong : List.of("many", "-1", "0", "99999999999")) {
            assertThat(problems(with(Map.of(variable, wrong)), false))
                    .containsExactly(variable + " must be a number from 1 on");
        }
    }

    /** More threads than memory has room for, requests whose sum overflows, or retries of years. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TEXTONCE_DUE_WORKERS                       | from 1 to 10000",
                "TEXTONCE_FILE_PARALLEL                     | from 1 to 10000",
                "TEXTONCE_HTTP_MAX_IN_FLIGHT                | from 1 to 10000",
                "TEXTONCE_HTTP_MAX_CALLBACKS_IN_FLIGHT      | from 1 to 10000",
                "TEXTONCE_JMS_CONSUMERS                     | from 1 to 10000",
                "TEXTONCE_JMS_URGENT_CONSUMERS              | from 0 to 10000",
                "TEXTONCE_STATUS_PARALLEL                   | from 1 to 10000",
                "TEXTONCE_TWILIO_CONNECTIONS                | from 1 to 10000",
                "TEXTONCE_TWILIO_RETRIES                    | from 0 to 100",
                "SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE | from 1 to 9999",
            })
    void wantsCountsThatAProcessCanBear(String variable, String range) {
        String most = range.replaceFirst(".* ", "");

        assertThat(problems(with(Map.of(variable, most)), false)).isEmpty();
        for (String wrong : List.of("many", "-1", most + "0", "2147483647", "99999999999")) {
            assertThat(problems(with(Map.of(variable, wrong)), false))
                    .containsExactly(variable + " must be a number " + range);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SERVER_SSL_BUNDLE", "MANAGEMENT_SERVER_SSL_BUNDLE"})
    void wantsABundleThatIsDefined(String variable) {
        assertThat(problems(with(Map.of(variable, "htps")), false))
                .containsExactly(variable + " must be a bundle of spring.ssl.bundle that has a certificate");
        assertThat(problems(
                        with(Map.of(
                                variable,
                                "https",
                                "SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_CERTIFICATE",
                                "file:/etc/textonce/certificate.pem")),
                        false))
                .isEmpty();
    }

    @Test
    void namesDurationsAndCountsThatAreWrongAtOnce() {
        var wrong = Map.of(
                "TEXTONCE_DUE_POLL_INTERVAL", "0s",
                "TEXTONCE_LEASE", "soon",
                "TEXTONCE_HTTP_MAX_BODY", "huge",
                "TEXTONCE_HTTP_MAX_IN_FLIGHT", "0",
                "TEXTONCE_TWILIO_RETRIES", "-1",
                "TEXTONCE_ROUTES_RELOAD", "perhaps");

        assertThat(problems(with(wrong), false))
                .extracting(SettingsCheckTest::variable)
                .containsExactlyInAnyOrderElementsOf(wrong.keySet());
    }

    /** A setting that is added without a constraint would be checked by nobody. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                TextOnceProperties.class,
                TextOnceProperties.Unknown.class,
                TextOnceProperties.Due.class,
                HttpSettings.class,
                JmsSettings.class,
                FileSettings.class,
                TextOnceProperties.Incident.class,
                TextOnceProperties.Retention.class,
                TextOnceProperties.Status.class,
                TwilioSettings.class,
                VerifySettings.class
            })
    void hasAConstraintForEveryDurationAndCount(Class<?> settings) {
        assertThat(settings.getDeclaredFields())
                .filteredOn(field -> !Modifier.isStatic(field.getModifiers()))
                .filteredOn(field -> field.getType() == Duration.class || field.getType() == int.class)
                .allSatisfy(field -> assertThat(field.getAnnotations()).isNotEmpty());
    }

    /** A path is appended to each: with two slashes between them, its request would be rejected. */
    @Test
    void takesPublicAddressesWithoutTheSlashesAtTheirEnd() {
        var slashes = with(Map.of("PUBLIC_BASE_URL", "https://a.example/,https://b.example/sms/,https://c.example//"));

        assertThat(check(slashes, false).settings().publicBaseUrls())
                .extracting(URI::toString)
                .containsExactly("https://a.example", "https://b.example/sms", "https://c.example");
    }

    @Test
    void wantsNoKeysOfAnIssuerWithoutItsNameAndAnAudience() {
        for (String keys : List.of("JWK_SET_URI", "PUBLIC_KEY_LOCATION")) {
            String variable = "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_" + keys;
            var alone = with(Map.of(variable, "https://id.example.com/keys"));
            var whole = new HashMap<>(alone);
            whole.put("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", "https://id.example.com");
            whole.put("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", "textonce");

            assertThat(problems(alone, false))
                    .singleElement()
                    .asString()
                    .startsWith(variable)
                    .contains("ISSUER_URI");
            assertThat(problems(whole, false)).isEmpty();
        }
    }

    @Test
    void namesWhatNothingReadsWithTheNearestName() {
        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_DUE_POLLINTERVALL", "1s",
                                "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA265", HASH,
                                "TEXTONCE_INTAKE", "http")),
                        false))
                .containsExactlyInAnyOrder(
                        "TEXTONCE_DUE_POLLINTERVALL is unknown; did you mean TEXTONCE_DUE_POLL_INTERVAL?",
                        "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA265 is unknown; did you mean"
                                + " TEXTONCE_CLIENTS_<NAME>_TOKEN_SHA256?",
                        "TEXTONCE_INTAKE is unknown; did you mean TEXTONCE_INTAKES?");
    }

    @Test
    void knowsTheEventsOfBothFoldersAndTheParametersOfEach(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("events"));
        Files.writeString(
                folder.resolve("events/pickup-ready.camel.yaml"),
                Files.readString(Path.of("routes/events/order-delayed.camel.yaml"))
                        .replace("order-delayed", "pickup-ready"));
        Files.writeString(folder.resolve("late.camel.yaml"), "- route: [\n# event-order-late");

        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_ROUTES", folder.toString(),
                                "TEXTONCE_EVENTS_ORDER_SHIPPED_ENABLED", "false",
                                "TEXTONCE_EVENTS_ORDERSHIPPED_TIMETOLIVE", "48h",
                                "TEXTONCE_EVENTS_APPOINTMENT_REMINDER_LEAD_TIME", "48h",
                                "TEXTONCE_EVENTS_INCIDENT_ALERT_TIMETOLIVE", "5m",
                                "TEXTONCE_EVENTS_PICKUP_READY_QUIET_HOURS", "21:00-08:00",
                                "TEXTONCE_EVENTS_ORDER_LATE_QUIET_HOURS", "21:00-08:00")),
                        false))
                .isEmpty();
        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_EVENTS_ORDER_SHIPED_ENABLED", "false",
                                "TEXTONCE_EVENTS_ORDER_SHIPPED_TIME_TO_LIFE", "48h",
                                "TEXTONCE_EVENTS_ORDER_SHIPPED_LEAD_TIME", "48h",
                                "TEXTONCE_EVENTS_ORDER_DELAYED_ENABLED", "off")),
                        false))
                .containsExactlyInAnyOrder(
                        "TEXTONCE_EVENTS_ORDER_SHIPED_ENABLED is unknown; did you mean"
                                + " TEXTONCE_EVENTS_ORDER_SHIPPED_ENABLED?",
                        "TEXTONCE_EVENTS_ORDER_SHIPPED_TIME_TO_LIFE is unknown; did you mean"
                                + " TEXTONCE_EVENTS_ORDER_SHIPPED_TIME_TO_LIVE?",
                        "TEXTONCE_EVENTS_ORDER_SHIPPED_LEAD_TIME is unknown; did you mean"
                                + " TEXTONCE_EVENTS_ORDER_SHIPPED_MEDIA?",
                        "TEXTONCE_EVENTS_ORDER_DELAYED_ENABLED must be true or false");
    }

    @Test
    void refusesALibraryThatIsOlderThanThatOfTheJar(@TempDir Path folder) throws IOException {
        Path jar = Files.createFile(folder.resolve("netty-buffer-4.1.100.Final.jar"));
        System.setProperty("loader.path", folder.toString());
        try {
            assertThat(problems(VALID, false))
                    .singleElement()
                    .asString()
                    .startsWith(jar + " is older than the ")
                    .endsWith(" that TextOnce has; remove it");
        } finally {
            System.clearProperty("loader.path");
        }
    }

    @Test
    void namesAPropertyOfAFileThatNothingReads(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("textonce.due.wrkers"), "a-value\n");

        var problems = problems(with(Map.of("SPRING_CONFIG_IMPORT", "configtree:" + folder + "/")), false);

        assertThat(problems)
                .singleElement()
                .asString()
                .isEqualTo("textonce.due.wrkers is unknown; did you mean textonce.due.workers?");
        assertThat(problems.toString()).doesNotContain("a-value");
    }

    @Test
    void knowsEverySpellingOfASettingAndWhatKubernetesSets() {
        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_FILE_LOCKMAXAGE", "3s",
                                "TEXTONCE_INTAKES_0", "http",
                                "TEXTONCE_SERVICE_HOST", "10.0.0.1",
                                "TEXTONCE_PORT", "tcp://10.0.0.1:3000",
                                "TEXTONCE_PORT_3000_TCP_ADDR", "10.0.0.1",
                                "TEXTONCE_DB_SERVICE_PORT_POSTGRES", "5432")),
                        false))
                .isEmpty();
    }

    @Test
    void wantsApiKeyAndSecretTogether() {
        Map<String, String> key = Map.of("TWILIO_API_KEY", "SK00000000000000000000000000000001");
        Map<String, String> secret = Map.of("TWILIO_API_SECRET", "the-secret");
        Map<String, String> both = new HashMap<>(key);
        both.putAll(secret);

        assertThat(problems(with(key), false))
                .containsExactly("TWILIO_API_KEY and TWILIO_API_SECRET must be set together");
        assertThat(problems(with(secret), false))
                .containsExactly("TWILIO_API_KEY and TWILIO_API_SECRET must be set together");
        assertThat(problems(with(both), false)).isEmpty();
    }

    /** The key would never be used. */
    @Test
    void wantsOneWayToCallTwilio() {
        var both = Map.of(
                "TWILIO_API_KEY", "SK00000000000000000000000000000001",
                "TWILIO_API_SECRET", "the-secret",
                "TWILIO_CLIENT_ID", "OQ00000000000000000000000000000001",
                "TWILIO_CLIENT_SECRET", "the-other-secret");

        assertThat(problems(with(both), false))
                .containsExactly(
                        "TWILIO_CLIENT_ID must not be set together with TWILIO_API_KEY: one of both calls Twilio");
    }

    @Test
    void takesAMessagingServiceForASender() {
        Map<String, String> service =
                Map.of("TWILIO_FROM_NUMBER", "", "TWILIO_MESSAGING_SERVICE_SID", "MG00000000000000000000000000000001");

        assertThat(problems(with(service), false)).isEmpty();
    }

    @Test
    void needsNoBrokerWithoutTheQueue() {
        Map<String, String> noQueue = Map.of("TEXTONCE_INTAKES", "http,file", "SPRING_ARTEMIS_BROKER_URL", "");

        assertThat(problems(with(noQueue), false)).isEmpty();
    }

    @Test
    void needsNoClientWithoutTheApi() {
        Map<String, String> noApi = new HashMap<>(with(Map.of("TEXTONCE_INTAKES", "jms,file")));
        noApi.remove("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256");

        assertThat(problems(noApi, false)).isEmpty();
    }

    @Test
    void liftsTheSignatureInTheSandboxOnly() {
        Map<String, String> lifted = with(Map.of("REQUIRE_TWILIO_SIGNATURE", "false"));

        assertThat(problems(lifted, false))
                .containsExactly("REQUIRE_TWILIO_SIGNATURE must be true; false is possible only in the sandbox");
        assertThat(problems(lifted, true)).isEmpty();
    }

    @Test
    void needsNoClientInTheSandbox() {
        Map<String, String> noClient = new HashMap<>(VALID);
        noClient.remove("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256");

        assertThat(problems(noClient, true)).isEmpty();
    }

    @Test
    void readsClientsFromTheEnvironment() {
        Map<String, String> clients = Map.of(
                "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256",
                HASH + "," + HASH.replace('0', '1'),
                "TEXTONCE_CLIENTS_SHOP_EVENTS",
                "order-shipped, order-packed",
                "TEXTONCE_CLIENTS_SHOP_REQUESTS_PER_SECOND",
                "7",
                "TEXTONCE_CLIENTS_SUPPORT_TOKEN_SHA256",
                HASH.replace('0', '2'),
                "TEXTONCE_CLIENTS_SUPPORT_ROLE",
                "operator");

        var bound = check(with(clients), false).settings().clients();
        assertThat(bound)
                .containsOnly(
                        Map.entry(
                                "shop",
                                new TextOnceProperties.Client(
                                        List.of(HASH, HASH.replace('0', '1')),
                                        Set.of("order-shipped", "order-packed"),
                                        Set.of(),
                                        TextOnceProperties.Role.SENDER,
                                        7,
                                        null)),
                        Map.entry(
                                "support",
                                new TextOnceProperties.Client(
                                        List.of(HASH.replace('0', '2')),
                                        Set.of(),
                                        Set.of(),
                                        TextOnceProperties.Role.OPERATOR,
                                        null,
                                        null)));
    }

    @Test
    void namesWhatIsWrongWithAWebhook() {
        var wrong = problems(
                with(Map.of(
                        "TEXTONCE_CLIENTS_SHOP_WEBHOOK_URL", "http://shop.example.com/hook?token=hidden",
                        "TEXTONCE_CLIENTS_SHOP_WEBHOOK_SECRET", "whsec_dG9vLXNob3J0",
                        "TEXTONCE_CLIENTS_SHOP_WEBHOOK_EVENTS", "Order Shipped")),
                false);

        assertThat(wrong)
                .extracting(SettingsCheckTest::variable)
                .containsExactlyInAnyOrder(
                        "TEXTONCE_CLIENTS_SHOP_WEBHOOK_URL",
                        "TEXTONCE_CLIENTS_SHOP_WEBHOOK_SECRET",
                        "TEXTONCE_CLIENTS_SHOP_WEBHOOK_EVENTS");
        assertThat(wrong.toString()).doesNotContain("hidden").doesNotContain("dG9v");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://10.0.0.7:8443/hook?token=x",
                "http://localhost:4011/status",
                "http://127.0.0.1:4011/status"
            })
    void takesAWebhookOfAClientThatOnlyListens(String url) {
        String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_CLIENTS_LISTENER_WEBHOOK_URL",
                                url,
                                "TEXTONCE_CLIENTS_LISTENER_WEBHOOK_SECRET",
                                secret + "," + secret,
                                "TEXTONCE_CLIENTS_LISTENER_WEBHOOK_EVENTS",
                                "*")),
                        false))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://10.0.0.7/hook", "https://user:pass@a.example/", "https://a.example/#x", "a.example", ""})
    void refusesAWebhookThatTellsStrangersOrNobody(String url) {
        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_CLIENTS_SHOP_WEBHOOK_URL",
                                url,
                                "TEXTONCE_CLIENTS_SHOP_WEBHOOK_SECRET",
                                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
                        false))
                .containsExactly("TEXTONCE_CLIENTS_SHOP_WEBHOOK_URL must be an https URL (http only to this machine)");
    }

    @Test
    void tellsClientsAndTheDestinationApart() {
        assertThat(problems(
                        with(Map.of(
                                "TEXTONCE_CLIENTS_JMS_WEBHOOK_URL", "https://a.example/",
                                "TEXTONCE_CLIENTS_JMS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
                        false))
                .singleElement()
                .asString()
                .contains("the name jms is reserved");
        assertThat(problems(with(Map.of("TEXTONCE_STATUS_DESTINATION", "queue:textonce.events")), false))
                .containsExactly("TEXTONCE_STATUS_DESTINATION must not be the queue of events");
    }

    @Test
    void needsTheBrokerForADestinationToo() {
        var variables = new HashMap<>(
                with(Map.of("TEXTONCE_INTAKES", "http", "TEXTONCE_STATUS_DESTINATION", "topic:textonce.status")));
        variables.remove("SPRING_ARTEMIS_BROKER_URL");

        assertThat(problems(variables, false)).containsExactly("SPRING_ARTEMIS_BROKER_URL is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "amqp     | amqp://broker:5672                  | ",
                "amqp     | amqps://bus.servicebus.windows.net  | ",
                "amqp     | failover:(amqp://a:5672,amqp://b:5672) | ",
                "activemq | tcp://broker:61616                  | ",
                "amqp     | ''                                  | TEXTONCE_JMS_BROKER_URL is missing",
                "amqp     | tcp://broker:61616                  | TEXTONCE_JMS_BROKER_URL must be amqp://… or amqps://…",
                "rabbitmq | ''                                  | TEXTONCE_JMS_CLIENT must be artemis, amqp, activemq or the class of a connection factory",
                "com.example.Factory | ''                       | TEXTONCE_JMS_CLIENT needs the class com.example.Factory; put its jar and the jars it needs into the folder lib",
                "com.example.Factory | tcp://broker:61616       | TEXTONCE_JMS_BROKER_URL is not read; set textonce.jms.properties of the class",
            })
    void takesABrokerByTheSettingsOfItsClient(String client, String url, String problem) {
        var variables = new HashMap<>(with(Map.of("TEXTONCE_JMS_CLIENT", client, "TEXTONCE_JMS_BROKER_URL", url)));
        variables.remove("SPRING_ARTEMIS_BROKER_URL");
        variables.put("TEXTONCE_JMS_PROPERTIES_CHANNEL", "any property of the class");

        if (problem == null) {
            assertThat(problems(variables, false)).isEmpty();
        } else {
            assertThat(problems(variables, false)).contains(problem);
        }
    }

    @Test
    void bindsTheAgeOfAConsentByPurpose() {
        String variable = "TEXTONCE_CONSENT_MAXAGE_ORDERUPDATES";

        assertThat(check(with(Map.of(variable, "365d")), false)
                        .settings()
                        .consent()
                        .maxAge())
                .containsOnly(Map.entry("orderupdates", Duration.ofDays(365)));
        assertThat(problems(with(Map.of(variable, "soon")), false))
                .containsExactly(variable + " must be a duration such as 60s");
    }

    @Test
    void bindsACapByItsName() {
        var cap = Map.of(
                "TEXTONCE_CAPS_DAILY_LIMIT", "1000",
                "TEXTONCE_CAPS_DAILY_COUNTRIES", "US,DE",
                "TEXTONCE_CAPS_DAILY_AT_LIMIT", "reject");

        var bound = check(with(cap), false).settings().caps().get("daily");
        assertThat(bound.limit()).isEqualTo(1000);
        assertThat(bound.countries()).containsExactlyInAnyOrder("US", "DE");
        assertThat(bound.atLimit()).isEqualTo(CapSettings.AtLimit.REJECT);
        assertThat(bound.unit()).isEqualTo(CapSettings.Unit.SEGMENTS);
    }

    @Test
    void namesWhatIsWrongWithACap() {
        var wrong = Map.of(
                "TEXTONCE_CAPS_DAILY_UNIT", "messages",
                "TEXTONCE_CAPS_MONTHLY_LIMIT", "10",
                "TEXTONCE_CAPS_MONTHLY_EVENTS", "Order Shipped",
                "TEXTONCE_FREQUENCY_MESSAGES_PER_DAY", "-1");

        assertThat(problems(with(wrong), false))
                .hasSize(3)
                .anyMatch(problem -> problem.contains("DAILY_LIMIT must be a number from 1 on"))
                .anyMatch(problem -> problem.contains("MONTHLY_EVENTS must be names of events"))
                .anyMatch(problem -> problem.contains("FREQUENCY_MESSAGES_PER_DAY must be a number from 0 on"));
    }

    /** It would count nothing. The tokens of an issuer have names that no setting has. */
    @Test
    void wantsClientsOfACapThatAreConfigured() {
        var cap = new HashMap<>(Map.of("TEXTONCE_CAPS_DAILY_LIMIT", "10", "TEXTONCE_CAPS_DAILY_CLIENTS", "shop"));
        assertThat(problems(with(cap), false)).isEmpty();

        cap.put("TEXTONCE_CAPS_DAILY_CLIENTS", "shop,shpo");
        assertThat(problems(with(cap), false))
                .containsExactly("TEXTONCE_CAPS_DAILY_CLIENTS must be names of clients in textonce.clients");

        cap.put("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", "https://id.example.com/realms/shop");
        cap.put("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", "textonce");
        assertThat(problems(with(cap), false)).isEmpty();
    }

    @Test
    void isReportedWithoutAStackTrace() {
        FailureAnalysis report =
                new InvalidSettings.Analyzer().analyze(new InvalidSettings(List.of("PORT is missing")));

        assertThat(report.getDescription()).contains("PORT is missing");
        assertThat(report.getAction()).contains(".env.example");
    }

    private static Map<String, String> with(Map<String, String> others) {
        Map<String, String> all = new HashMap<>(VALID);
        all.putAll(others);
        return all;
    }

    /** The lines of the failure with which the application would not start, or none. */
    static List<String> problems(Map<String, String> variables, boolean sandbox) {
        var invalid = catchThrowableOfType(InvalidSettings.class, () -> check(variables, sandbox));
        return invalid == null
                ? List.of()
                : invalid.getMessage().lines().skip(1).toList();
    }

    private static SettingsCheck.Checked check(Map<String, String> variables, boolean sandbox) {
        var environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        // As the operating system would give it, and nothing of this machine's own.
        sources.remove("systemProperties");
        sources.replace(
                "systemEnvironment",
                new SystemEnvironmentPropertySource("systemEnvironment", new HashMap<>(variables)));
        if (variables.containsKey("SPRING_CONFIG_IMPORT")) {
            ConfigDataEnvironmentPostProcessor.applyTo(environment);
        } else {
            DEFAULTS.forEach(sources::addLast);
        }
        ConfigurationPropertySources.attach(environment);
        return SettingsCheck.check(environment, sandbox);
    }

    private static List<PropertySource<?>> defaults() {
        var environment = new StandardEnvironment();
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        return environment.getPropertySources().stream()
                .filter(OriginTrackedMapPropertySource.class::isInstance)
                .toList();
    }

    private static String variable(String problem) {
        return problem.substring(0, problem.indexOf(' '));
    }
}
