package io.textonce.sandbox;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An issuer of OAuth 2.0 access tokens on this machine: its metadata, its keys, and tokens that it would give out. */
public final class Issuer {

    public static final String AUDIENCE = "https://textonce.example.com";

    /** Key of all issuers here, which differ by their address: making one takes a second. */
    private static final RSAKey CURRENT = generate("current");

    private static final RSAKey OTHER = generate("other");

    private volatile @Nullable String publicUrl;
    private final HttpServer server;
    private final RSAKey key = CURRENT;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean away;

    public Issuer() {
        server = LoopbackServer.on(0);
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> answer(exchange, "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + url() + "/keys\"}"));
        server.createContext("/keys", exchange -> {
            requests.incrementAndGet();
            answer(exchange, new JWKSet(key.toPublicJWK()).toString());
        });
        server.start();
    }

    /** Where it is reached from now on, if not directly. */
    public Issuer reachedAt(String url) {
        publicUrl = url;
        return this;
    }

    public String url() {
        String reached = publicUrl;
        return reached == null ? "http://127.0.0.1:" + port() : reached;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** How often its keys were fetched. */
    public int requests() {
        return requests.get();
    }

    /** Whether it answers with a 500 from now on. */
    public void away(boolean isAway) {
        away = isAway;
    }

    /** The claims of a good token. */
    public JWTClaimsSet.Builder claims(String client, String scopes) {
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(AUDIENCE)
                .subject(client)
                .expirationTime(Date.from(Instant.now().plus(Duration.ofMinutes(5))))
                .claim("scope", scopes);
    }

    public String sign(JWTClaimsSet claims) {
        return sign(claims, key);
    }

    public String sign(JWTClaimsSet claims, RSAKey by) {
        try {
            return sign(claims, JWSAlgorithm.RS256, by.getKeyID(), new RSASSASigner(by));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param type the header {@code typ}, such as {@code at+jwt} */
    public String sign(JWTClaimsSet claims, String type) {
        try {
            return sign(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).type(new JOSEObjectType(type)),
                    claims,
                    key.getKeyID(),
                    new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public String sign(JWTClaimsSet claims, JWSAlgorithm algorithm, String keyId, JWSSigner signer) {
        return sign(new JWSHeader.Builder(algorithm), claims, keyId, signer);
    }

    private static String sign(JWSHeader.Builder header, JWTClaimsSet claims, String keyId, JWSSigner signer) {
        try {
            var token = new SignedJWT(header.keyID(keyId).build(), claims);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public RSAKey key() {
        return key;
    }

    /** Another key than an issuer's, by any name. */
    public static RSAKey otherKey(String id) {
        return new RSAKey.Builder(OTHER).keyID(id).build();
    }

    private static RSAKey generate(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(away ? 500 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
