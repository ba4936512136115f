package io.textonce.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Authenticator;
import java.net.ProxySelector;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class VaultSecretsTest {

    @Test
    void readsASettingByTheFunctionOfAComponent() {
        var environment = environment(Map.of(
                "TWILIO_AUTH_TOKEN", "{{test-vault:textonce#token}}",
                "SPRING_DATASOURCE_PASSWORD", " {{test-vault:textonce#token}}",
                "TEXTONCE_TEMPLATE", "{{orderId}}",
                "OTHER", "{{test-vault:textonce#token}}"));

        new VaultSecrets().postProcessEnvironment(environment, new SpringApplication());

        assertThat(environment.getProperty("TWILIO_AUTH_TOKEN")).isEqualTo(TestVault.VALUE);
        assertThat(environment.getProperty("spring.datasource.password")).isEqualTo(TestVault.VALUE);
        assertThat(environment.getProperty("TEXTONCE_TEMPLATE")).isEqualTo("{{orderId}}");
        assertThat(environment.getProperty("OTHER")).isEqualTo("{{test-vault:textonce#token}}");
    }

    @Test
    void namesAllSettingsThatCanNotBeReadAndNoValue() {
        var environment = environment(Map.of(
                "TWILIO_AUTH_TOKEN", "{{test-vault:other}}", "TWILIO_API_SECRET", "{{no-such-vault:textonce#token}}"));

        assertThatThrownBy(() -> new VaultSecrets().postProcessEnvironment(environment, new SpringApplication()))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("TWILIO_AUTH_TOKEN can't be read from the vault")
                .hasMessageContaining("TWILIO_API_SECRET names a vault whose component is not")
                .message()
                .doesNotContain(TestVault.VALUE);
    }

    @Test
    void readsTheVaultThroughTheProxy() {
        var environment = environment(Map.of(
                "TEXTONCE_OUTBOUND_PROXY",
                "http://proxy.example.com:3128",
                "TWILIO_AUTH_TOKEN",
                "{{test-vault:proxy}}"));
        var proxies = ProxySelector.getDefault();
        try {
            new VaultSecrets().postProcessEnvironment(environment, new SpringApplication());
        } finally {
            ProxySelector.setDefault(proxies);
            Authenticator.setDefault(null);
        }

        assertThat(environment.getProperty("TWILIO_AUTH_TOKEN")).isEqualTo("proxy.example.com:3128");
    }

    private static ConfigurableEnvironment environment(Map<String, Object> variables) {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", variables));
        ConfigurationPropertySources.attach(environment);
        return environment;
    }
}
