package io.textonce.network;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/** Certificate authorities that this process trusts beside those of Java. */
public final class TrustedAuthorities {

    private final List<X509Certificate> certificates;

    private TrustedAuthorities(List<X509Certificate> certificates) {
        this.certificates = certificates;
    }

    /**
     * Reads a PEM file.
     *
     * @throws IOException if the file can't be read
     * @throws IllegalStateException if it has no certificate
     */
    public static TrustedAuthorities read(Path file) throws IOException {
        return new TrustedAuthorities(PemContent.load(file).getCertificates());
    }

    /** Makes every client of this process that follows Java's defaults trust them. */
    public void install() {
        try {
            var all = withThoseOfJava();
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < all.size(); i++) {
                store.setCertificateEntry(Integer.toString(i), all.get(i));
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers(store), null);
            SSLContext.setDefault(context);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("The trusted authorities can't be set", e);
        }
    }

    /** Returns them and those of Java. */
    public List<X509Certificate> withThoseOfJava() throws GeneralSecurityException {
        var all = new ArrayList<>(certificates);
        all.addAll(ofJava());
        return all;
    }

    /** Returns those of Java. */
    public static List<X509Certificate> ofJava() throws GeneralSecurityException {
        return Arrays.stream(managers(null))
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()))
                .toList();
    }

    /** @param store null for that of Java */
    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
