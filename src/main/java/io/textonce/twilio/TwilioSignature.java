package io.textonce.twilio;

import io.textonce.privacy.Sha256;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Validator of Twilio's request signature: true only if {@code X-Twilio-Signature} was computed with one of our auth tokens
 * (SHA-1), or with the shared key that a second header names (SHA-256),
 * over one of our public URLs and everything in the body. It never trusts the host or scheme a request claims, never
 * throws on what a stranger sends, and takes the same time whichever token or URL matched.
 *
 * <p>The rules are those of Twilio's page <a href="https://www.twilio.com/docs/usage/webhooks/webhooks-security">Secure
 * your webhooks</a>; where it is silent (repeated parameters, ports), those of Twilio's Node and Python libraries.
 */
public final class TwilioSignature {

    private static final String ALGORITHM = "HmacSHA1";
    private static final String SHARED_KEY_ALGORITHM = "HmacSHA256";

    /** Form of the header that names a shared key. */
    private static final Pattern SETTINGS =
            Pattern.compile("key=(?<key>[\\w.-]{1,64}),\\s*algorithm=(?<algorithm>\\w{1,32})");

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String BODY_HASH = "bodySHA256=";

    private final List<SecretKeySpec> keys;
    private final Map<String, SecretKeySpec> sharedKeys;
    private final List<String> origins;

    /**
     * @param authTokens the account's token, and while it is rotated the other one too
     * @param publicBaseUrls what stands in front of the path this application sees, as Twilio calls it: scheme, host,
     *     port, and the prefix that a proxy strips. User info and fragment are dropped, since Twilio never signs them
     */
    public TwilioSignature(Collection<String> authTokens, Collection<URI> publicBaseUrls) {
        this(authTokens, Map.of(), publicBaseUrls);
    }

    /** @param sharedKeys secrets of the keys by which rules of the account sign with HMAC-SHA256, by name */
    public TwilioSignature(
            Collection<String> authTokens, Map<String, String> sharedKeys, Collection<URI> publicBaseUrls) {
        if (authTokens.isEmpty() || authTokens.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("A Twilio auth token is missing or blank");
        }
        if (publicBaseUrls.isEmpty()) {
            throw new IllegalArgumentException("The public base URL is missing");
        }
        keys = authTokens.stream()
                .distinct()
                .map(token -> new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), ALGORITHM))
                .toList();
        this.sharedKeys = sharedKeys.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        key -> new SecretKeySpec(
                                key.getValue().getBytes(StandardCharsets.UTF_8), SHARED_KEY_ALGORITHM)));
        var all = new LinkedHashSet<String>();
        publicBaseUrls.forEach(url -> all.addAll(origins(url)));
        origins = List.copyOf(all);
    }

    /**
     * @param rawPathAndQuery the request target as received: escapes, order and case untouched
     * @param body the raw body, empty if there is none
     * @param contentType decides whether the body is a form, whose parameters are signed, or anything else, whose hash
     *     must be in the signed query
     * @param signature the header {@code X-Twilio-Signature}
     */
    public boolean matches(
            String rawPathAndQuery, byte[] body, @Nullable String contentType, @Nullable String signature) {
        return matches(rawPathAndQuery, body, contentType, signature, null);
    }

    /** @param settings the header {@code X-Twilio-Webhooks-Signature-Settings}, which names key and algorithm, or null */
    public boolean matches(
            String rawPathAndQuery,
            byte[] body,
            @Nullable String contentType,
            @Nullable String signature,
            @Nullable String settings) {
        if (signature == null || signature.isEmpty()) {
            return false;
        }
        var targets = targets(rawPathAndQuery);
        var parameters = signedParameters(rawPathAndQuery, body, contentType);
        if (targets.isEmpty() || parameters == null) {
            return false;
        }
        var given = signature.getBytes(StandardCharsets.UTF_8);
        var matches = false;
        for (var key : settings == null ? keys : shared(settings)) {
            var mac = mac(key);
            for (var origin : origins) {
                for (var target : targets) {
                    mac.update((origin + target).getBytes(StandardCharsets.UTF_8));
                    // Not ||: every candidate is compared, whether or not an earlier one has matched.
                    matches |= MessageDigest.isEqual(Base64.getEncoder().encode(mac.doFinal(parameters)), given);
                }
            }
        }
        return matches;
    }

    /** Returns the shared key that the header names; none if it names another algorithm or an unknown key. */
    private List<SecretKeySpec> shared(String settings) {
        var named = SETTINGS.matcher(settings.strip());
        if (!named.matches() || !named.group("algorithm").equals("HMAC_SHA256")) {
            return List.of();
        }
        var key = sharedKeys.get(named.group("key"));
        return key == null ? List.of() : List.of(key);
    }

    /** Twilio keeps, adds or drops the port depending on the product, so each form of a base URL counts. */
    private static Set<String> origins(URI url) {
        var scheme = url.getScheme();
        var host = url.getHost();
        var https = "https".equalsIgnoreCase(scheme);
        if (host == null || url.getRawQuery() != null || !(https || "http".equalsIgnoreCase(scheme))) {
            throw new IllegalArgumentException("A public base URL must be http(s)://host[:port][/prefix]");
        }
        var port = url.getPort() == -1 ? (https ? 443 : 80) : url.getPort();
        var path = url.getRawPath();
        var prefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return Set.of(scheme + "://" + host + prefix, scheme + "://" + host + ":" + port + prefix);
    }

    /** A URL without a path is called with {@code /} and signed without it. */
    private static List<String> targets(String rawPathAndQuery) {
        if (rawPathAndQuery.isEmpty() || rawPathAndQuery.startsWith("?")) {
            return List.of(rawPathAndQuery, "/" + rawPathAndQuery);
        }
        if (rawPathAndQuery.equals("/") || rawPathAndQuery.startsWith("/?")) {
            return List.of(rawPathAndQuery, rawPathAndQuery.substring(1));
        }
        return rawPathAndQuery.startsWith("/") ? List.of(rawPathAndQuery) : List.of();
    }

    /** Returns what is signed after the URL, or null if Twilio can't have signed the body. */
    private static byte @Nullable [] signedParameters(
            String rawPathAndQuery, byte[] body, @Nullable String contentType) {
        if (isForm(contentType)) {
            try {
                var form = FormBody.parse(body).parameters();
                if (!form.isEmpty()) {
                    return signedParameters(form);
                }
            } catch (MalformedFormException e) {
                return null;
            }
        }
        var hashes = bodyHashes(rawPathAndQuery);
        var unsigned = body.length == 0 && hashes.isEmpty();
        return unsigned || hashes.size() == 1 && isHashOf(body, hashes.get(0)) ? new byte[0] : null;
    }

    /** Sorted by the bytes of the name, then of the value; the same pair counts once. */
    private static byte[] signedParameters(List<FormBody.Parameter> form) {
        var sorted = new ArrayList<NameAndValue>(form.size());
        for (var parameter : form) {
            sorted.add(new NameAndValue(
                    parameter.name().getBytes(StandardCharsets.UTF_8),
                    parameter.value().getBytes(StandardCharsets.UTF_8)));
        }
        sorted.sort(null);
        var signed = new ByteArrayOutputStream(512);
        NameAndValue previous = null;
        for (var pair : sorted) {
            if (previous == null || pair.compareTo(previous) != 0) {
                signed.writeBytes(pair.name);
                signed.writeBytes(pair.value);
            }
            previous = pair;
        }
        return signed.toByteArray();
    }

    private static boolean isForm(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        var end = contentType.indexOf(';');
        return FORM.equalsIgnoreCase((end < 0 ? contentType : contentType.substring(0, end)).strip());
    }

    private static List<String> bodyHashes(String rawPathAndQuery) {
        var query = rawPathAndQuery.indexOf('?');
        if (query < 0) {
            return List.of();
        }
        return Arrays.stream(rawPathAndQuery.substring(query + 1).split("&"))
                .filter(pair -> pair.startsWith(BODY_HASH))
                .map(pair -> pair.substring(BODY_HASH.length()))
                .toList();
    }

    private static boolean isHashOf(byte[] body, String hash) {
        return MessageDigest.isEqual(
                Sha256.hex(body).getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates the Mac of one call, since a Mac has state; the keys are shared. */
    private static Mac mac(SecretKeySpec key) {
        try {
            var mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + key.getAlgorithm(), e);
        }
    }

    private record NameAndValue(byte[] name, byte[] value) implements Comparable<NameAndValue> {

        private static final Comparator<NameAndValue> ORDER = Comparator.comparing(
                        NameAndValue::name, Arrays::compareUnsigned)
                .thenComparing(NameAndValue::value, Arrays::compareUnsigned);

        @Override
        public int compareTo(NameAndValue other) {
            return ORDER.compare(this, other);
        }
    }
}
