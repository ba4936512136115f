package io.textonce.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** HTTP server of the simulator: Twilio's paths with their authentication, and all others for the control API. */
final class SimulatorServer {

    private static final Pattern MESSAGES = Pattern.compile("/2010-04-01/Accounts/([^/]+)/Messages\\.json");
    private static final Pattern MESSAGE = Pattern.compile("/2010-04-01/Accounts/([^/]+)/Messages/([^/]+)\\.json");
    private static final Pattern VERIFY = Pattern.compile("/v2/Services/([^/]+)/(Verifications|VerificationCheck)");

    /** Handlers of the paths. */
    record Apis(AccountApi account, MessagesApi messages, MessageList list, VerifyApi verify, ControlApi control) {}

    private final Accounts accounts;
    private final Apis apis;
    private final int concurrencyLimit;
    private final AtomicInteger underWay = new AtomicInteger();
    private int port;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService workers;

    /**
     * @param port 0 for any that is free
     * @param concurrencyLimit above so many requests at once, creates are answered with 429 and 20429
     */
    SimulatorServer(int port, Accounts accounts, Apis apis, int concurrencyLimit) {
        this.accounts = accounts;
        this.apis = apis;
        this.concurrencyLimit = concurrencyLimit;
        this.port = port;
    }

    synchronized boolean isOpen() {
        return server != null;
    }

    /** Opens the port; after {@link #close}, the same one again. */
    synchronized void open() {
        server = LoopbackServer.on(port);
        workers = Executors.newCachedThreadPool(work -> {
            var thread = new Thread(work, "twilio-simulator");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(workers);
        server.createContext("/", this::handle);
        port = server.getAddress().getPort();
        server.start();
    }

    synchronized void close() {
        if (server != null && workers != null) {
            server.stop(0);
            workers.shutdownNow();
            server = null;
            workers = null;
        }
    }

    synchronized int port() {
        return port;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (var call = new Call(exchange, underWay.incrementAndGet())) {
            route(call);
        } finally {
            underWay.decrementAndGet();
        }
    }

    private void route(Call call) throws IOException {
        Matcher collection = MESSAGES.matcher(call.path());
        Matcher single = MESSAGE.matcher(call.path());
        Matcher verification = VERIFY.matcher(call.path());
        try {
            if (apis.account().isRejected(call)) {
                return;
            }
            if (collection.matches() && call.method().equals("POST")) {
                create(call, collection.group(1));
            } else if (collection.matches() && authorized(call, collection.group(1))) {
                apis.list().list(call, collection.group(1));
            } else if (single.matches() && authorized(call, single.group(1))) {
                single(call, single.group(1), single.group(2));
            } else if (verification.matches() && call.method().equals("POST")) {
                apis.verify().handle(call, verification.group(1), verification.group(2));
            } else if (call.path().equals("/v2/token")) {
                accounts.issue(call);
            } else if (!collection.matches()
                    && !single.matches()
                    && !apis.account().handle(call)) {
                apis.control().handle(call);
            }
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            call.error(TwilioError.of(20001, "Bad request: " + unreadable.getMessage()));
        }
    }

    private void create(Call call, String accountSid) throws IOException {
        var entry = apis.messages().note(call);
        TwilioError rejection = accounts.rejection(call, accountSid);
        if (rejection == null && call.concurrent > concurrencyLimit) {
            rejection = TwilioError.of(20429, "Too Many Requests");
        }
        if (rejection == null) {
            apis.messages().create(call, entry, accountSid);
        } else {
            apis.messages().refuse(call, entry, rejection);
        }
    }

    private void single(Call call, String accountSid, String sid) throws IOException {
        switch (call.method()) {
            case "GET" -> apis.messages().fetch(call, accountSid, sid);
            case "POST" -> apis.messages().update(call, accountSid, sid);
            case "DELETE" -> apis.messages().delete(call, accountSid, sid);
            default -> call.error(new TwilioError(405, 20004, "Method not allowed", null));
        }
    }

    private boolean authorized(Call call, String accountSid) throws IOException {
        TwilioError rejection = accounts.rejection(call, accountSid);
        if (rejection != null) {
            call.error(rejection);
        }
        return rejection == null;
    }
}
