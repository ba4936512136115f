package io.textonce.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Twilio that costs as little as possible: one thread, a process of its own. It answers every create of a message
 * after a set time with what Twilio answers, and counts the texts by the order's number in them. It checks nothing and
 * calls nobody back; how Twilio behaves is the sandbox's simulator's part.
 *
 * <p>Its settings: {@code POST /latency/50} (ms), {@code POST /reset}, {@code GET /count}, which answers with the texts
 * that came, those that came before, and the microseconds from the first to the last.
 */
final class FastTwilio {

    private static final Pattern ORDER = Pattern.compile("Body=Your(?:\\+|%20)order(?:\\+|%20)(\\d+)");

    private static final String MESSAGE = """
            {"account_sid":"AC00000000000000000000000000000001","api_version":"2010-04-01",\
            "body":"Your order 1001 has shipped.","date_created":"Mon, 23 Nov 2026 09:00:00 +0000","date_sent":null,\
            "date_updated":"Mon, 23 Nov 2026 09:00:00 +0000","direction":"outbound-api","error_code":null,\
            "error_message":null,"from":"+15551234567","messaging_service_sid":null,"num_media":"0",\
            "num_segments":"1","price":null,"price_unit":"USD","sid":"%1$s","status":"queued",\
            "subresource_uris":{"media":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/%1$s/\
            Media.json"},"to":"+15558675310","uri":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/\
            %1$s.json"}""";

    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final ArrayDeque<Late> late = new ArrayDeque<>();
    private final BitSet orders = new BitSet();
    private long latency;
    private long sids;
    private long doubled;
    private long first;
    private long last;

    private record Connection(SocketChannel channel, ByteBuffer in) {}

    private record Late(Connection connection, long at) {}

    private FastTwilio() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    public static void main(String... args) throws IOException {
        ChildProcess.endWithParent();
        var twilio = new FastTwilio();
        ChildProcess.ready(twilio.server.socket().getLocalPort());
        twilio.serve();
    }

    private void serve() throws IOException {
        while (true) {
            select();
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.isAcceptable()) {
                    accept();
                } else {
                    read(key);
                }
            }
            selector.selectedKeys().clear();
            long now = System.nanoTime();
            while (!late.isEmpty() && late.peek().at() - now <= 0) {
                created(late.remove().connection());
            }
        }
    }

    private void select() throws IOException {
        if (late.isEmpty()) {
            selector.select();
            return;
        }
        long wait = late.peek().at() - System.nanoTime();
        if (wait <= 0) {
            selector.selectNow();
        } else {
            selector.select((wait + 999_999) / 1_000_000);
        }
    }

    private void accept() throws IOException {
        var channel = server.accept();
        if (channel != null) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, new Connection(channel, ByteBuffer.allocate(16_384)));
        }
    }

    private void read(SelectionKey key) throws IOException {
        var connection = (Connection) key.attachment();
        try {
            if (connection.channel().read(connection.in()) < 0) {
                key.channel().close();
                return;
            }
        } catch (IOException e) {
            key.channel().close();
            return;
        }
        if (HttpFrame.length(connection.in()) >= 0) {
            String request = HttpFrame.text(connection.in());
            connection.in().clear();
            answer(connection, request);
        }
    }

    private void answer(Connection connection, String request) throws IOException {
        String target = request.substring(request.indexOf(' ') + 1, request.indexOf(' ', request.indexOf(' ') + 1));
        if (request.startsWith("POST") && target.endsWith("/Messages.json")) {
            count(ORDER.matcher(request));
            if (latency == 0) {
                created(connection);
            } else {
                late.add(new Late(connection, System.nanoTime() + latency));
            }
        } else if (target.startsWith("/latency/")) {
            latency = Long.parseLong(target.substring("/latency/".length())) * 1_000_000;
            write(connection, "200 OK", "");
        } else if (target.equals("/reset")) {
            orders.clear();
            doubled = 0;
            write(connection, "200 OK", "");
        } else if (target.equals("/count")) {
            write(connection, "200 OK", orders.cardinality() + " " + doubled + " " + (last - first) / 1000);
        } else {
            write(connection, "503 Service Unavailable", "{}");
        }
    }

    private void count(Matcher order) {
        int number = order.find() ? Integer.parseInt(order.group(1)) : 0;
        last = System.nanoTime();
        if (orders.isEmpty()) {
            first = last;
        }
        if (orders.get(number)) {
            doubled++;
        }
        orders.set(number);
    }

    private void created(Connection connection) throws IOException {
        write(connection, "201 Created", MESSAGE.formatted("SM%032x".formatted(++sids)));
    }

    /** Answers are far smaller than what a socket takes at once. */
    private static void write(Connection connection, String status, String json) throws IOException {
        var out = ByteBuffer.wrap(("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + json.length() + "\r\n\r\n" + json)
                .getBytes(StandardCharsets.ISO_8859_1));
        try {
            while (out.hasRemaining()) {
                connection.channel().write(out);
            }
        } catch (IOException e) {
            connection.channel().close();
        }
    }
}
