package io.textonce.twilio;

import io.textonce.settings.TwilioSettings;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;

/** Checks of this machine: its clock, the certificates between it and Twilio, and its proxy. */
final class MachineChecks {

    private static final Duration MOST_SKEW = Duration.ofSeconds(30);
    private static final int TIMEOUT_MILLIS = 10_000;

    /**
     * Authority of Twilio's certificates from 2027-01-26 on
     * (https://www.twilio.com/en-us/changelog, 2026-02-09; https://www.amazontrust.com/repository).
     */
    private static final String NEXT_ROOT = "Amazon Root CA 1";

    /** Authorities that have issued Twilio's certificates, or will. */
    private static final List<String> AUTHORITIES = List.of("DigiCert", "Amazon", "Starfield");

    private final TwilioSettings settings;

    MachineChecks(TwilioSettings settings) {
        this.settings = settings;
    }

    static Diagnosis clock(TwilioClock.Skew skew) {
        String check = "clock";
        if (!skew.known()) {
            return Diagnosis.skipped(check, "Twilio's time is unknown, since no call was answered");
        }
        var most = skew.least().abs().compareTo(skew.most().abs()) > 0 ? skew.least() : skew.most();
        return most.abs().compareTo(MOST_SKEW) > 0
                ? Diagnosis.fault(
                        check,
                        "This machine's clock is " + most.abs().toSeconds() + " s "
                                + (most.isNegative() ? "ahead of" : "behind") + " Twilio's",
                        "Synchronize the clocks of all machines with NTP: with more than five minutes, no unknown"
                                + " outcome is resolved.")
                : Diagnosis.ok(check, "This machine's clock differs from Twilio's by less than 30 s");
    }

    /** @param trusted authorities that this process trusts */
    static Diagnosis trust(List<X509Certificate> trusted) {
        String check = "trust store";
        boolean known = trusted.stream()
                .anyMatch(certificate ->
                        certificate.getSubjectX500Principal().getName().contains("CN=" + NEXT_ROOT + ","));
        return known
                ? Diagnosis.ok(check, "Java trusts the authority that issues Twilio's certificates from 2027-01-26")
                : Diagnosis.fault(
                        check,
                        "Java does not trust " + NEXT_ROOT + ", which issues Twilio's certificates from 2027-01-26",
                        "Update the JDK, or name a file with the certificate from"
                                + " https://www.amazontrust.com/repository in TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES before that day.");
    }

    /** Opens a connection as a call does, through the proxy if there is one, unless calls have no TLS. */
    Diagnosis chain() {
        String check = "TLS";
        var url = api();
        if (!"https".equals(url.getScheme())) {
            return Diagnosis.skipped(check, "Calls go to " + url + ", without TLS");
        }
        try {
            var connection = (HttpsURLConnection) url.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.connect();
            try {
                return issuer(((X509Certificate) connection.getServerCertificates()[0])
                        .getIssuerX500Principal()
                        .getName());
            } finally {
                connection.disconnect();
            }
        } catch (SSLException e) {
            return Diagnosis.fault(
                    check,
                    "The certificate of " + url.getHost() + " is not trusted: " + e.getMessage(),
                    "If a proxy opens the connections, name its authority in TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES;"
                            + " else update the JDK.");
        } catch (IOException e) {
            return Diagnosis.skipped(check, "There is no connection to " + url.getHost() + ": " + e.getMessage());
        }
    }

    /** @param issuer distinguished name of the issuer of Twilio's certificate */
    static Diagnosis issuer(String issuer) {
        return AUTHORITIES.stream().anyMatch(issuer::contains)
                ? Diagnosis.ok("TLS", "Twilio's certificate is issued by " + issuer)
                : Diagnosis.warning(
                        "TLS",
                        "Twilio's certificate is issued by " + issuer + ": a proxy seems to open the connections",
                        "Exempt *.twilio.com from its inspection: its own responses make outcomes unknown.");
    }

    /** Has the proxy open a tunnel to each host of Twilio that is called. */
    List<Diagnosis> proxies(ProxySelector proxies) {
        var check = new ProxyCheck(proxies);
        return settings.verifyServiceSid().isEmpty() || !settings.baseUrl().isEmpty()
                ? List.of(check.of(api()))
                : List.of(check.of(api()), check.of(twilio("verify")));
    }

    private URI api() {
        return settings.baseUrl().isEmpty() ? twilio("api") : URI.create(settings.baseUrl());
    }

    private URI twilio(String product) {
        return URI.create("https://" + product + TwilioHttp.hostSuffix(settings.edgeOfRegion(), settings.region()));
    }
}
