package io.textonce.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * So many callers of one server, each on a connection that it keeps. In a closed loop each asks again as soon as it was
 * answered; at a fixed rate each request has a time at which it is due, and its latency counts from then, so that a
 * server that stalls can't hide the requests that would have come meanwhile.
 */
final class Callers {

    private final int port;
    private final int callers;
    private final Supplier<byte @Nullable []> requests;
    private final Selector selector;
    private final ArrayDeque<Caller> idle = new ArrayDeque<>();
    private long[] latencies = new long[1 << 16];
    private int measured;
    private long answered;

    private static final class Caller {
        private final ByteBuffer in = ByteBuffer.allocate(16_384);
        private SocketChannel channel;
        private long due;

        private Caller(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** @param requests the bytes of each request; null when there are no more */
    Callers(int port, int callers, Supplier<byte @Nullable []> requests) {
        this.port = port;
        this.callers = callers;
        this.requests = requests;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As fast as they are answered. */
    Answers closedLoop(Duration warmUp, Duration time, Runnable mark) {
        return run(0, warmUp, time, mark);
    }

    Answers atRate(double perSecond, Duration warmUp, Duration time, Runnable mark) {
        return run(Math.round(1e9 / perSecond), warmUp, time, mark);
    }

    /**
     * Returns when all that were asked have been answered.
     *
     * @param mark runs, on another thread, when the measured time begins and when it ends
     * @throws IllegalStateException when an answer is not 2xx, or is missing for half a minute
     */
    private Answers run(long interval, Duration warmUp, Duration time, Runnable mark) {
        try (selector) {
            for (int i = 0; i < callers; i++) {
                idle.add(connected(new Caller(connect())));
            }
            long begin = System.nanoTime();
            long start = begin + warmUp.toNanos();
            long end = start + time.toNanos();
            long next = begin;
            long lastAnswer = begin;
            boolean more = true;
            CompletableFuture<Void> marked = CompletableFuture.completedFuture(null);
            int marks = 0;
            while (true) {
                long now = System.nanoTime();
                if (marks == 0 && now >= start || marks == 1 && (now >= end || !more)) {
                    marks++;
                    marked = marked.thenRunAsync(mark);
                    end = marks == 2 ? Math.min(end, now) : end;
                }
                more = more && now < end;
                while (more && !idle.isEmpty() && next <= now) {
                    byte[] request = requests.get();
                    more = request != null;
                    if (request != null) {
                        ask(idle.remove(), request, interval == 0 ? System.nanoTime() : next);
                        next += interval;
                    }
                }
                if (!more && idle.size() == callers) {
                    break;
                }
                if (interval > 0 && more && !idle.isEmpty()) {
                    selector.select(Math.max(1, (next - now) / 1_000_000));
                } else {
                    selector.select(100);
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    var caller = (Caller) key.attachment();
                    if (read(caller)) {
                        lastAnswer = System.nanoTime();
                        keep(lastAnswer - caller.due, lastAnswer >= start && lastAnswer <= end);
                        idle.add(caller);
                    }
                }
                selector.selectedKeys().clear();
                if (System.nanoTime() - lastAnswer > 30_000_000_000L) {
                    throw new IllegalStateException("No answer for half a minute");
                }
            }
            marked.join();
            for (Caller caller : idle) {
                caller.channel.close();
            }
            return new Answers(answered, measured, Duration.ofNanos(end - start), sorted());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SocketChannel connect() throws IOException {
        var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        return channel;
    }

    private Caller connected(Caller caller) throws IOException {
        caller.channel.register(selector, SelectionKey.OP_READ, caller);
        return caller;
    }

    private void ask(Caller caller, byte[] request, long due) throws IOException {
        caller.due = due;
        var out = ByteBuffer.wrap(request);
        while (out.hasRemaining()) {
            caller.channel.write(out);
        }
    }

    /** Reads; says whether the answer is complete. */
    private boolean read(Caller caller) throws IOException {
        if (caller.channel.read(caller.in) < 0) {
            throw new IllegalStateException("A connection was closed without an answer");
        }
        if (HttpFrame.length(caller.in) < 0) {
            return false;
        }
        if (HttpFrame.status(caller.in) / 100 != 2) {
            throw new IllegalStateException("Not a 2xx:\n" + HttpFrame.text(caller.in));
        }
        if (HttpFrame.closes(caller.in)) {
            caller.channel.close();
            caller.channel = connect();
            connected(caller);
        }
        caller.in.clear();
        return true;
    }

    private void keep(long latency, boolean inTime) {
        answered++;
        if (inTime) {
            if (measured == latencies.length) {
                latencies = Arrays.copyOf(latencies, measured * 2);
            }
            latencies[measured++] = latency;
        }
    }

    private long[] sorted() {
        long[] all = Arrays.copyOf(latencies, measured);
        Arrays.sort(all);
        return all;
    }

    /**
     * @param all answers, those of the warm-up included
     * @param measured how many came in the measured time
     * @param time that was measured
     * @param latencies of those, in nanoseconds, sorted
     */
    record Answers(long all, int measured, Duration time, long[] latencies) {

        double perSecond() {
            return measured / (time.toNanos() / 1e9);
        }

        /** The latency that the given share of the answers kept to, in milliseconds. */
        double percentile(double share) {
            return measured == 0 ? Double.NaN : latencies[(int) Math.min(measured - 1, measured * share)] / 1e6;
        }
    }
}
