package io.textonce.settings;

import io.textonce.network.TrustedAuthorities;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/** Forms of values that no type and no regular expression covers: addresses, networks, files and keys. */
final class SettingForms {

    private SettingForms() {}

    static boolean isAddress(String text, Predicate<URI> rule) {
        try {
            return rule.test(new URI(text));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    static boolean isProxy(URI uri) {
        return "http".equals(uri.getScheme())
                && uri.getHost() != null
                && uri.getPort() > 0
                && Set.of("", "/").contains(uri.getRawPath());
    }

    static boolean hasCertificates(String file) {
        try {
            TrustedAuthorities.read(Path.of(file));
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    static boolean isNetwork(String text) {
        try {
            return new IpAddressMatcher(text).matches(text.replaceFirst("/.*", ""));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static boolean isWebhookSecret(String text) {
        try {
            int bytes = Base64.getDecoder().decode(text.replaceFirst("^whsec_", "")).length;
            return text.startsWith("whsec_") && bytes >= 24 && bytes <= 64;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static boolean isWeb(URI uri) {
        return uri.getHost() != null
                && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
    }

    static boolean isPublic(URI uri) {
        return isWeb(uri) && uri.getRawQuery() == null;
    }

    static boolean isSafe(URI uri) {
        return "https".equals(uri.getScheme())
                || Set.of("localhost", "127.0.0.1", "[::1]").contains(uri.getHost());
    }
}
