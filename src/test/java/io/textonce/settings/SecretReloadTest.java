package io.textonce.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.sandbox.LogRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Folders of secrets: which names their files may have, and what happens when they change. */
class SecretReloadTest {

    private static final String HASH = "0123456789abcdef".repeat(4);
    private static final String NEXT_HASH = "fedcba9876543210".repeat(4);

    @TempDir
    Path secrets;

    private ConfigurableEnvironment environment;
    private LiveSettings live;
    private SecretReload reload;
    private Supplier<TextOnceProperties> current;

    @BeforeEach
    void start() throws IOException {
        secret("TWILIO_AUTH_TOKEN", "the-first-auth-token-of-twilio");
        secret("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", HASH);
        secret("textonce.clients.shop.webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        secret("SPRING_DATASOURCE_PASSWORD", "the-password-of-the-database");
        restart(Map.of());
    }

    private void restart(Map<String, Object> variables) {
        if (reload != null) {
            reload.destroy();
        }
        environment = environment(variables);
        SecretFiles.read(environment.getPropertySources());
        var settings = SettingsCheck.check(environment, false).settings();
        live = new LiveSettings(settings);
        current = live.derive(now -> now);
        @SuppressWarnings("unchecked")
        ObjectProvider<Sandbox> noSandbox = mock(ObjectProvider.class);
        reload = new SecretReload(environment, settings, live, noSandbox);
    }

    @AfterEach
    void stop() {
        reload.destroy();
    }

    @Test
    void readsFilesNamedAfterVariablesAndSettings() {
        assertThat(current.get().clients().get("shop").tokenSha256()).containsExactly(HASH);
        assertThat(current.get().twilio().authToken()).isEqualTo("the-first-auth-token-of-twilio");
        assertThat(environment.getProperty("spring.datasource.password")).isEqualTo("the-password-of-the-database");
    }

    @Test
    void usesAChangedSecretOnceItIsWhole() throws IOException {
        secret("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", HASH.substring(1));
        reload.reload();
        secret("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", HASH + "," + NEXT_HASH);
        secret("TWILIO_SECONDARY_AUTH_TOKEN", "the-second-auth-token-of-twilio");

        try (var log = new LogRecorder(SecretReload.class)) {
            reload.reload();
            assertThat(current.get().clients().get("shop").tokenSha256()).containsExactly(HASH);
            reload.reload();
            reload.reload();

            assertThat(current.get().clients().get("shop").tokenSha256()).containsExactly(HASH, NEXT_HASH);
            assertThat(current.get().twilio().webhookTokens())
                    .containsExactly("the-first-auth-token-of-twilio", "the-second-auth-token-of-twilio");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("in use: [TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256, TWILIO_SECONDARY_AUTH_TOKEN]");
        }
    }

    @Test
    void keepsTheOldSecretsWhileANewOneIsWrong() throws IOException {
        secret("TWILIO_AUTH_TOKEN", "too-short");
        secret("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", NEXT_HASH);

        try (var log = new LogRecorder(SecretReload.class)) {
            for (int i = 0; i < 4; i++) {
                reload.reload();
            }

            assertThat(current.get().twilio().authToken()).isEqualTo("the-first-auth-token-of-twilio");
            assertThat(current.get().clients().get("shop").tokenSha256()).containsExactly(HASH);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("TWILIO_AUTH_TOKEN must be at least 20 characters")
                    .doesNotContain("too-short");
        }

        secret("TWILIO_AUTH_TOKEN", "the-second-auth-token-of-twilio");
        reload.reload();
        reload.reload();

        assertThat(current.get().twilio().authToken()).isEqualTo("the-second-auth-token-of-twilio");
        assertThat(current.get().clients().get("shop").tokenSha256()).containsExactly(NEXT_HASH);
    }

    @Test
    void showsThatChangedSecretsAreRejectedUntilTheyAreRightOrTakenBack() throws IOException {
        var meters = new SimpleMeterRegistry();
        reload.bindTo(meters);
        assertThat(rejected(meters)).isZero();

        secret("TWILIO_AUTH_TOKEN", "too-short");
        reload.reload();
        reload.reload();
        assertThat(rejected(meters)).isOne();

        secret("TWILIO_AUTH_TOKEN", "the-first-auth-token-of-twilio");
        try (var log = new LogRecorder(SecretReload.class)) {
            reload.reload();
            reload.reload();

            assertThat(rejected(meters)).isZero();
            assertThat(log.lines()).containsExactly("Changed secrets are in use: []");
        }
    }

    @Test
    void showsAFailureToUseChangedSecretsUntilItIsOver() throws IOException {
        var meters = new SimpleMeterRegistry();
        reload.bindTo(meters);
        live.derive(now -> {
            if (now.twilio().authToken().contains("second")) {
                throw new IllegalStateException("the-second-auth-token-of-twilio");
            }
            return now;
        });
        secret("TWILIO_AUTH_TOKEN", "the-second-auth-token-of-twilio");

        try (var log = new LogRecorder(SecretReload.class)) {
            for (int i = 0; i < 4; i++) {
                reload.reload();
            }

            assertThat(rejected(meters)).isOne();
            assertThat(current.get().twilio().authToken()).isEqualTo("the-first-auth-token-of-twilio");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("Changed secrets are not used")
                    .doesNotContain("the-second");
        }

        secret("TWILIO_AUTH_TOKEN", "the-third-auth-token-of-twilio");
        reload.reload();
        reload.reload();

        assertThat(rejected(meters)).isZero();
        assertThat(current.get().twilio().authToken()).isEqualTo("the-third-auth-token-of-twilio");
    }

    @Test
    void namesTheFilesThatAVariableHidesAtTheStart() throws IOException {
        try (var log = new LogRecorder(SecretReload.class)) {
            restart(Map.of(
                    "TWILIO_AUTH_TOKEN", "the-token-of-the-environment",
                    "TEXTONCE_CLIENTS_SHOP_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
            reload.reload();
            reload.reload();

            assertThat(log.lines())
                    .containsExactlyInAnyOrder(
                            "The file TWILIO_AUTH_TOKEN is hidden by the environment variable TWILIO_AUTH_TOKEN",
                            "The file textonce.clients.shop.webhook.secret is hidden by the environment variable"
                                    + " TEXTONCE_CLIENTS_SHOP_WEBHOOK_SECRET");
        }
    }

    @Test
    void saysOfNoHiddenFileThatItIsInUse() throws IOException {
        restart(Map.of("TWILIO_AUTH_TOKEN", "the-token-of-the-environment"));
        secret("TWILIO_AUTH_TOKEN", "the-second-auth-token-of-twilio");
        secret("TWILIO_SECONDARY_AUTH_TOKEN", "the-third-auth-token-of-twilio");

        try (var log = new LogRecorder(SecretReload.class)) {
            reload.reload();
            reload.reload();

            assertThat(current.get().twilio().authToken()).isEqualTo("the-token-of-the-environment");
            assertThat(log.lines())
                    .containsExactlyInAnyOrder(
                            "Changed secrets are in use: [TWILIO_SECONDARY_AUTH_TOKEN]",
                            "The file TWILIO_AUTH_TOKEN is hidden by the environment variable TWILIO_AUTH_TOKEN");
        }
    }

    @Test
    void namesAllSecretsThatAreInUseAfterARejection() throws IOException {
        secret("TWILIO_AUTH_TOKEN", "too-short");
        secret("TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256", NEXT_HASH);
        reload.reload();
        reload.reload();
        secret("TWILIO_AUTH_TOKEN", "the-second-auth-token-of-twilio");

        try (var log = new LogRecorder(SecretReload.class)) {
            reload.reload();
            reload.reload();

            assertThat(log.lines())
                    .containsExactly(
                            "Changed secrets are in use: [TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256, TWILIO_AUTH_TOKEN]");
        }
    }

    /** The pools read them from there for each new connection. */
    @Test
    void givesNewConnectionsTheNextPasswords() throws IOException {
        secret("SPRING_DATASOURCE_PASSWORD", "the-next-password-of-the-database");
        secret("spring.artemis.password", "the-next-password-of-the-broker");
        secret("TEXTONCE_JMS_PASSWORD", "the-next-password-of-another-broker");

        try (var log = new LogRecorder(SecretReload.class)) {
            reload.reload();
            reload.reload();

            assertThat(environment.getProperty("spring.datasource.password"))
                    .isEqualTo("the-next-password-of-the-database");
            assertThat(environment.getProperty("spring.artemis.password")).isEqualTo("the-next-password-of-the-broker");
            assertThat(environment.getProperty("textonce.jms.password"))
                    .isEqualTo("the-next-password-of-another-broker");
            assertThat(log.lines())
                    .containsExactly("Changed secrets are in use: [SPRING_DATASOURCE_PASSWORD, TEXTONCE_JMS_PASSWORD,"
                            + " spring.artemis.password]");
        }
    }

    @Test
    void namesWhatNeedsARestart() throws IOException {
        secret("TEXTONCE_HASH_KEY_PREVIOUS", "another-key-of-at-least-32-chars!");

        try (var log = new LogRecorder(SecretReload.class)) {
            reload.reload();
            reload.reload();

            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("after the next start only: [TEXTONCE_HASH_KEY_PREVIOUS]")
                    .doesNotContain("another-key");
        }
    }

    private static double rejected(MeterRegistry meters) {
        return meters.get("textonce.secrets.rejected").gauge().value();
    }

    private void secret(String name, String value) throws IOException {
        Files.writeString(secrets.resolve(name), value + "\n");
    }

    private ConfigurableEnvironment environment(Map<String, Object> more) {
        Map<String, Object> variables = new HashMap<>(Map.of(
                "TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001",
                "TWILIO_FROM_NUMBER", "+15551234567",
                "PUBLIC_BASE_URL", "https://sms.example.com",
                "TEXTONCE_HASH_KEY", "a-key-of-at-least-32-characters!",
                "TEXTONCE_CLIENTS_SHOP_WEBHOOK_URL", "https://shop.example.com/status",
                "SPRING_DATASOURCE_URL", "jdbc:postgresql://db/textonce",
                "SPRING_ARTEMIS_BROKER_URL", "tcp://broker:61616",
                "SPRING_CONFIG_IMPORT", "configtree:" + secrets + "/"));
        variables.putAll(more);
        var context = new GenericApplicationContext();
        var sources = context.getEnvironment().getPropertySources();
        sources.remove("systemProperties");
        sources.replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", variables));
        new ConfigDataApplicationContextInitializer().initialize(context);
        ConfigurationPropertySources.attach(context.getEnvironment());
        return context.getEnvironment();
    }
}
