package io.textonce.settings;

import io.textonce.network.TrustedAuthorities;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.util.unit.DataSize;

/** Forms of values that no type and no regular expression covers: addresses, networks, files and keys. */
final class SettingForms {

    private static final int MOST_PORTS = 65_535;

    private static final String SERVER = "([^/?,:\\[]*|\\[[^\\]]+])(:\\d{1,5})?";
    private static final Pattern DATABASE =
            Pattern.compile("jdbc:postgresql:((?!/).+|//" + SERVER + "(," + SERVER + ")*/.*)");

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
                && uri.getPort() <= MOST_PORTS
                && Set.of("", "/").contains(uri.getRawPath());
    }

    /** Returns whether PostgreSQL's driver can parse an address. The driver itself would log it, with a password in it. */
    static boolean isDatabase(String url) {
        return DATABASE.matcher(url).matches();
    }

    /** Returns whether a body of a request can have this size. */
    static boolean isBody(DataSize size) {
        return size.toBytes() > 0 && size.toBytes() <= Integer.MAX_VALUE;
    }

    /** Returns whether a location, on the class path or in a folder, has the shipped files. */
    static boolean isHome(String location) {
        return !location.matches("(?!classpath:|file:)\\w+:.*")
                && new DefaultResourceLoader()
                        .getResource(location + "/policies.camel.yaml")
                        .exists();
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
                && uri.getPort() <= MOST_PORTS
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
    }

    static boolean isPublic(URI uri) {
        return isWeb(uri) && uri.getRawQuery() == null;
    }

    /** Returns addresses to which paths can be appended. */
    static @Nullable List<URI> withoutSlashes(@Nullable List<URI> addresses) {
        return addresses == null
                ? null
                : addresses.stream().map(SettingForms::withoutSlashes).toList();
    }

    private static @Nullable URI withoutSlashes(@Nullable URI address) {
        return address == null || address.getHost() == null
                ? address
                : URI.create(address.toString().replaceFirst("/+$", ""));
    }

    static boolean isSafe(URI uri) {
        return "https".equals(uri.getScheme())
                || Set.of("localhost", "127.0.0.1", "[::1]").contains(uri.getHost());
    }
}
