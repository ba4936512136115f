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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * So many callers of one server, or of several behind a load balancer, each on connections that it keeps. In a closed loop each asks again
 * as soon as it was answered; at a fixed rate each request has a time at which it is due, and its latency counts from then,
 * so that a server that stalls can't hide the requests that would have come meanwhile.
 */
final class Callers {

    private final LoadBalancer balancer;
    private final int callers;
    private final Supplier<byte @Nullable []> requests;
    private final @Nullable Observer observer;
    private final Selector selector;
    private final ArrayDeque<Caller> idle = new ArrayDeque<>();
    private final Map<Integer, Integer> open = new HashMap<>();
    private long[] latencies = new long[1 << 16];
    private int measured;
    private long answered;

    /** Choice of the server of each request. */
    interface LoadBalancer {

        /** @param open how many requests to the server at a port have no answer yet */
        int port(IntUnaryOperator open);
    }

    /** Observer of every answer, whatever its status. */
    interface Observer {

        void answered(long due, long at, int status);
    }

    private static final class Caller {
        private final ByteBuffer in = ByteBuffer.allocate(16_384);
        private final Map<Integer, SocketChannel> channels = new HashMap<>();
        private @Nullable SocketChannel awaited;
        private int port;
        private long due;
    }

    /** @param requests the bytes of each request; null when there are no more */
    Callers(int port, int callers, Supplier<byte @Nullable []> requests) {
        this(open -> port, callers, requests, null);
    }

    /**
     * @param observer without one, any status but 2xx ends the run
     */
    Callers(LoadBalancer balancer, int callers, Supplier<byte @Nullable []> requests, @Nullable Observer observer) {
        this.balancer = balancer;
        this.observer = observer;
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
     * @throws IllegalStateException when an answer is not 2xx and nobody observes it, or is missing for half a minute
     */
    private Answers run(long interval, Duration warmUp, Duration time, Runnable mark) {
        try (selector) {
            for (int i = 0; i < callers; i++) {
                var caller = new Caller();
                channel(caller, port());
                idle.add(caller);
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
                    if (read(caller, (SocketChannel) key.channel())) {
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
                for (SocketChannel channel : caller.channels.values()) {
                    channel.close();
                }
            }
            return new Answers(answered, measured, Duration.ofNanos(end - start), sorted());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int port() {
        return balancer.port(port -> open.getOrDefault(port, 0));
    }

    private SocketChannel channel(Caller caller, int port) throws IOException {
        var channel = caller.channels.get(port);
        if (channel == null) {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, caller);
            caller.channels.put(port, channel);
        }
        return channel;
    }

    private static void close(Caller caller, SocketChannel channel) throws IOException {
        caller.channels.values().remove(channel);
        channel.close();
    }

    private void ask(Caller caller, byte[] request, long due) throws IOException {
        caller.due = due;
        caller.port = port();
        open.merge(caller.port, 1, Integer::sum);
        var channel = channel(caller, caller.port);
        caller.awaited = channel;
        var out = ByteBuffer.wrap(request);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** Reads; says whether the answer is complete. */
    private boolean read(Caller caller, SocketChannel channel) throws IOException {
        if (channel != caller.awaited) {
            close(caller, channel);
            return false;
        }
        if (channel.read(caller.in) < 0) {
            throw new IllegalStateException("A connection was closed without an answer");
        }
        if (HttpFrame.length(caller.in) < 0) {
            return false;
        }
        open.merge(caller.port, -1, Integer::sum);
        int status = HttpFrame.status(caller.in);
        if (observer != null) {
            observer.answered(caller.due, System.nanoTime(), status);
        } else if (status / 100 != 2) {
            throw new IllegalStateException("Not a 2xx:\n" + HttpFrame.text(caller.in));
        }
        if (HttpFrame.closes(caller.in)) {
            close(caller, channel);
        }
        caller.awaited = null;
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
