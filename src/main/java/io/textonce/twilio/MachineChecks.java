package io.textonce.twilio;

import io.textonce.settings.TwilioSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

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

    /** @param trusted authorities that this Java trusts */
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
                        "Update the JDK, or add the certificate from https://www.amazontrust.com/repository to the trust"
                                + " store (javax.net.ssl.trustStore) before that day.");
    }

    /** Opens a connection as a call does, unless there is none with TLS. */
    Diagnosis chain() {
        String check = "TLS";
        var url = URI.create(settings.baseUrl().isEmpty() ? "https://api.twilio.com" : settings.baseUrl());
        if (!"https".equals(url.getScheme())) {
            return Diagnosis.skipped(check, "Calls go to " + url + ", without TLS");
        }
        try (var socket = (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket()) {
            socket.connect(
                    new InetSocketAddress(url.getHost(), url.getPort() < 0 ? 443 : url.getPort()), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return issuer(((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getIssuerX500Principal()
                    .getName());
        } catch (SSLException e) {
            return Diagnosis.fault(
                    check,
                    "The certificate of " + url.getHost() + " is not trusted: " + e.getMessage(),
                    "If a proxy opens the connections, add its authority to the trust store (javax.net.ssl.trustStore);"
                            + " else update the JDK.");
        } catch (IOException | NoSuchAlgorithmException e) {
            return Diagnosis.skipped(check, "There is no direct connection to " + url.getHost());
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

    /** Java reads its proxy from system properties, and not from the variables that other programs read. */
    static Diagnosis proxy(Properties java, Map<String, String> environment) {
        String check = "proxy";
        String host = java.getProperty("https.proxyHost", "");
        if (!host.isEmpty()) {
            return Diagnosis.ok(
                    check, "Calls go through the proxy " + host + ":" + java.getProperty("https.proxyPort", "443"));
        }
        boolean isSet = Arrays.asList("HTTPS_PROXY", "https_proxy").stream()
                .anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
        return isSet
                ? Diagnosis.warning(
                        check,
                        "HTTPS_PROXY is set, but Java does not read it: calls go to Twilio directly",
                        "If the proxy is needed, set JAVA_TOOL_OPTIONS to -Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT.")
                : Diagnosis.ok(check, "Calls go to Twilio directly");
    }
}
