package io.textonce.broker;

import io.textonce.settings.JmsSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Protocol of a JMS client, known by the broker's answer to its first bytes. */
enum BrokerProtocol {
    /** A ping, behind the client's magic word; the broker returns the ping. */
    CORE("Artemis' own protocol", JmsSettings.ARTEMIS, "41525445 4d4953 00000011 0a 0000000000000000 000000000000ea60"),
    /** The header of its layer for authentication; the broker returns its own. */
    AMQP("AMQP 1.0", JmsSettings.AMQP, "414d5150 03010000"),
    /** The client's version; the broker sends its own, and ActiveMQ Classic does even before it. */
    OPENWIRE("OpenWire", JmsSettings.ACTIVEMQ, "0000000e 01 4163746976654d51 0000000c 00");

    private static final Pattern ADDRESS = Pattern.compile("(\\w+)://(?:[^@/]+@)?(\\[[^]]+]|[^:/?,()]+)(?::(\\d+))?");

    /** Options by which the client itself speaks TLS or HTTP. */
    private static final Pattern WRAPPED = Pattern.compile("ssl|amqps|amqpws|http");

    private static final int TIMEOUT_MILLIS = 1_000;

    /** A loaded broker is slow: only when it is silent for this long, too, does it not speak a protocol. */
    private static final int PATIENT_TIMEOUT_MILLIS = 3_000;

    private static final int ENOUGH = 13;

    private final String title;
    private final String client;
    private final byte[] greeting;

    BrokerProtocol(String title, String client, String greeting) {
        this.title = title;
        this.client = client;
        this.greeting = HexFormat.of().parseHex(greeting.replace(" ", ""));
    }

    /**
     * Returns in words what the first port of an address speaks that accepts connections, unless the client speaks it, too,
     * or it can't be known.
     */
    static @Nullable String mismatch(String client, String url) {
        for (var protocol : values()) {
            if (protocol.client.equals(client)) {
                return protocol.mismatch(url);
            }
        }
        return null;
    }

    private @Nullable String mismatch(String url) {
        for (var address : ADDRESS.matcher(url).results().toList()) {
            String host = address.group(2);
            int port = address.group(3) == null ? defaultPort(address.group(1)) : Integer.parseInt(address.group(3));
            try {
                String spoken = spokenBy(host, port);
                boolean agrees = spoken == null
                        || spoken.equals(title)
                        || spoken.matches("TLS|HTTP") && WRAPPED.matcher(url).find();
                return agrees
                        ? null
                        : host + ":" + port + " speaks " + spoken + ", and the client " + client + " does not"
                                + advice(spoken);
            } catch (IOException e) {
                // The client takes the next address as well, or fails with a cause of its own.
            }
        }
        return null;
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("amqp") ? 5672 : scheme.equals("amqps") ? 5671 : 61616;
    }

    private @Nullable String spokenBy(String host, int port) throws IOException {
        String spoken = spoken(answer(host, port, TIMEOUT_MILLIS));
        if (spoken != null) {
            return spoken;
        }
        for (var other : values()) {
            String spokenToo = other == this ? null : spoken(other.answer(host, port, TIMEOUT_MILLIS));
            if (spokenToo != null) {
                String late = spoken(answer(host, port, PATIENT_TIMEOUT_MILLIS));
                return late == null ? spokenToo : late;
            }
        }
        return null;
    }

    private static String advice(String spoken) {
        for (var protocol : values()) {
            if (protocol.title.equals(spoken)) {
                return "; set TEXTONCE_JMS_CLIENT=" + protocol.client;
            }
        }
        return "";
    }

    private byte[] answer(String host, int port, int timeoutMillis) throws IOException {
        var answer = new ByteArrayOutputStream();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setSoTimeout(timeoutMillis);
            try {
                socket.getOutputStream().write(greeting);
                while (answer.size() < ENOUGH && spoken(answer.toByteArray()) == null) {
                    int next = socket.getInputStream().read();
                    if (next < 0) {
                        break;
                    }
                    answer.write(next);
                }
            } catch (IOException e) {
                // It hung up, or waits for something else: what it sent before is its answer.
            }
        }
        return answer.toByteArray();
    }

    private static @Nullable String spoken(byte[] answer) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        if (text.contains("ActiveMQ")) {
            return OPENWIRE.title;
        }
        if (text.startsWith("AMQP") && text.length() >= 8) {
            return text.charAt(6) == '\t' ? "AMQP 0-9-1" : AMQP.title;
        }
        if (text.startsWith("\0\0\0\u0011\n")) {
            return CORE.title;
        }
        if (text.startsWith("\u0015\u0003")) {
            return "TLS";
        }
        return text.startsWith("HTTP/") ? "HTTP" : text.startsWith("ERROR") ? "STOMP" : null;
    }
}
