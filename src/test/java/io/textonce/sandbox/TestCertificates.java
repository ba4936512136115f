package io.textonce.sandbox;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Certificates in {@code src/test/resources/tls}, all of one authority that only tests trust. */
public final class TestCertificates {

    public static final Path AUTHORITY = file("authority.pem");

    /** Password of the stores in PKCS #12. */
    public static final String PASSWORD = "for-tests";

    private TestCertificates() {}

    public static Path file(String name) {
        return Path.of("src/test/resources/tls", name).toAbsolutePath();
    }

    /** A client, or a server with the certificate {@code server.pem}, that trusts the authority alone. */
    public static SSLContext context() {
        return SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(location("server.pem"))
                                .withPrivateKey(location("server-key.pem")),
                        PemSslStoreDetails.forCertificate(location("authority.pem"))))
                .createSslContext();
    }

    private static String location(String name) {
        return file(name).toUri().toString();
    }
}
