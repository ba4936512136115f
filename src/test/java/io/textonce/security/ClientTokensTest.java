package io.textonce.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.http.SendPermission;
import io.textonce.privacy.Sha256;
import io.textonce.settings.LiveSettings;
import io.textonce.settings.TextOnceProperties;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;

/** Tokens of clients that change while the process runs, whose limits are those of the start. */
class ClientTokensTest {

    private static final String SHOP = "textonce.clients.shop.";

    private LiveSettings live;
    private OpaqueTokenIntrospector clients;

    @BeforeEach
    void start() {
        var settings = settings(Map.of(SHOP + "token-sha256", Sha256.hex("first"), SHOP + "events", "order-shipped"));
        live = new LiveSettings(settings);
        clients = new ApiSecurity().clients(settings, live);
    }

    @Test
    void acceptsTheTokensOfTheMomentAndNoRemovedOne() {
        live.replace(settings(Map.of(SHOP + "token-sha256", Sha256.hex("second"))));

        assertThat(clients.introspect("second").getName()).isEqualTo("shop");
        assertRejected("first");

        live.replace(settings(Map.of()));

        assertRejected("second");
    }

    @Test
    void grantsAKnownClientWhatItWasGrantedAtTheStart() {
        live.replace(settings(Map.of(
                SHOP + "token-sha256", Sha256.hex("second"),
                SHOP + "role", "operator",
                SHOP + "events", "order-shipped,order-delayed")));

        assertThat(clients.introspect("second").getAuthorities())
                .extracting(GrantedAuthority::getAuthority)
                .containsExactlyInAnyOrder("ROLE_SENDER", SendPermission.PREFIX + "order-shipped");
    }

    /** Its countries, rate limit and caps would not be in force. */
    @Test
    void acceptsANewClientAfterTheNextStartOnly() {
        live.replace(settings(Map.of(
                SHOP + "token-sha256",
                Sha256.hex("first"),
                "textonce.clients.till.token-sha256",
                Sha256.hex("till"),
                "textonce.clients.till.countries",
                "GB")));

        assertThat(clients.introspect("first").getName()).isEqualTo("shop");
        assertRejected("till");
    }

    private void assertRejected(String token) {
        assertThatThrownBy(() -> clients.introspect(token)).isInstanceOf(BadOpaqueTokenException.class);
    }

    private static TextOnceProperties settings(Map<String, String> clients) {
        var settings = new HashMap<>(clients);
        settings.put("textonce.public-base-urls", "https://sms.example.com");
        return new Binder(new MapConfigurationPropertySource(settings))
                .bind("textonce", TextOnceProperties.class)
                .get();
    }
}
