package io.textonce.settings;

import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Way to peers outside.
 *
 * @param proxy proxy of all HTTPS calls, http://host:port or http://user:password@host:port, percent-encoded
 * @param noProxy hosts that are called directly, with their subdomains; several with commas
 * @param trustedAuthorities PEM file of authorities whose certificates are trusted beside those that Java trusts
 */
public record OutboundSettings(String proxy, @DefaultValue List<String> noProxy, String trustedAuthorities) {

    @Override
    public String toString() {
        return "OutboundSettings[" + noProxy + "]";
    }
}
