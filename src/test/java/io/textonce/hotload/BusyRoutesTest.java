package io.textonce.hotload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.mustachejava.DefaultMustacheFactory;
import io.textonce.event.EventSchemas;
import io.textonce.message.Senders;
import io.textonce.message.TemplatesForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultShutdownStrategy;
import org.apache.camel.spi.RouteStartupOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.Status;

/** User files that are saved or deleted while events pass their routes. */
class BusyRoutesTest {

    private static final String FILE = "busy.camel.yaml";
    private static final String KAMELET = "kamelets/busy-action.kamelet.yaml";

    private static final String CALLER = """
            - route:
                id: busy
                from:
                  uri: direct:busy
                  steps:
                    - to:
                        uri: direct:busy-work
                    - setBody:
                        constant: version %d
            """;

    private static final String CALLED = """
            - route:
                id: busy-work
                from:
                  uri: direct:busy-work
                  steps:
                    - to:
                        uri: direct:work
            """;

    private static final String USER = """
            - route:
                id: busy
                from:
                  uri: direct:busy
                  steps:
                    - to:
                        uri: direct:work
                    - to:
                        uri: kamelet:busy-action
            """;

    private static final String ACTION = """
            apiVersion: camel.apache.org/v1
            kind: Kamelet
            metadata:
              name: busy-action
            spec:
              template:
                from:
                  uri: kamelet:source
                  steps:
                    - setBody:
                        constant: version %d
            """;

    /** The common pool has one thread on two cores. */
    private static final Executor THREADS = task -> new Thread(task).start();

    @TempDir
    Path folder;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final CountDownLatch released = new CountDownLatch(1);
    private ProducerTemplate events;
    private UserRoutes own;

    @BeforeEach
    void startCamel() throws Exception {
        var files = new BundleFiles(camel, "file:routes", folder.toString());
        var texts =
                TemplatesForTests.in("file:routes", folder.toString(), Locale.ENGLISH, new DefaultMustacheFactory());
        camel.getRegistry().bind("resource-loader-textonce", files);
        camel.getRegistry().bind("direct-component", new DirectRoutes());
        camel.getComponent("kamelet", KameletComponent.class).setLocation("textonce:kamelets");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:work")
                        .choice()
                        .when(body().isEqualTo("slow"))
                        .process(exchange -> released.await())
                        .otherwise()
                        .delay(20);
            }
        });
        camel.start();
        events = camel.createProducerTemplate();
        own = new UserRoutes(
                folder.toString(),
                false,
                files,
                texts,
                new EventSchemas(camel),
                new Senders("file:routes", folder.toString(), "+15551234567", Set.of()),
                path -> true,
                new ReplacedPaths(Duration.ofMillis(500)));
    }

    @AfterEach
    void stopCamel() {
        released.countDown();
        own.close();
        camel.stop();
    }

    /** Under such a load a route is never idle by chance. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void replacesRoutesThatAreNeverIdleAndLosesNoEvent(boolean calledFirst) throws Exception {
        Set<Object> answers = ConcurrentHashMap.newKeySet();
        var saved = new CountDownLatch(1);
        var callers = Executors.newFixedThreadPool(8);
        write(FILE, calledFirst ? CALLED + CALLER.formatted(1) : CALLER.formatted(1) + CALLED);
        own.afterApplicationStart(camel);
        for (int caller = 0; caller < 8; caller++) {
            callers.execute(() -> {
                while (saved.getCount() > 0) {
                    answers.add(answer(send("")));
                }
            });
        }

        try {
            for (int version = 1; version <= 4; version++) {
                String latest = "version " + version;
                write(FILE, calledFirst ? CALLED + CALLER.formatted(version) : CALLER.formatted(version) + CALLED);
                await().until(() -> {
                    own.scan();
                    return answers.contains(latest);
                });
            }
        } finally {
            saved.countDown();
            callers.shutdown();
        }

        assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answers).containsExactlyInAnyOrder("version 1", "version 2", "version 3", "version 4");
    }

    @Test
    void keepsABusyRouteInUseAndTakesItsLatestVersionOnceItIsIdle() throws Exception {
        write(FILE, CALLER.formatted(1) + CALLED);
        own.afterApplicationStart(camel);
        var slow = sendSlow();

        for (int version = 2; version <= 3; version++) {
            write(FILE, CALLER.formatted(version) + CALLED);
            scanTwiceWithoutEffect();
            assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        }

        complete(slow);
        await().until(() -> {
            own.scan();
            return answer(send("")).equals("version 3");
        });
    }

    @Test
    void stopsWhileAFileIsReloadedAndCompletesItsEvents() throws Exception {
        write(FILE, CALLER.formatted(1) + CALLED);
        own.afterApplicationStart(camel);
        var slow = sendSlow();
        write(FILE, CALLER.formatted(2) + CALLED);
        var scans = new AtomicInteger();
        var reload = CompletableFuture.runAsync(
                () -> {
                    while (!camel.isStopped()) {
                        own.scan();
                        scans.incrementAndGet();
                    }
                },
                THREADS);
        await().until(() -> scans.get() > 2);

        var stop = CompletableFuture.runAsync(camel::stop, THREADS);
        await().until(camel::isStopping);
        complete(slow);

        stop.get(20, TimeUnit.SECONDS);
        reload.get(20, TimeUnit.SECONDS);
        assertThat(camel.isStopped()).isTrue();
        assertThat(camel.getRoutes()).isEmpty();
    }

    @Test
    void removesADeletedFileOnceItsEventsHaveCompleted() throws Exception {
        write(FILE, CALLER.formatted(1) + CALLED);
        own.afterApplicationStart(camel);
        var slow = sendSlow();

        Files.delete(folder.resolve(FILE));
        scanTwiceWithoutEffect();

        complete(slow);
        await().until(() -> {
            own.scan();
            return camel.getRoute("busy") == null && camel.getRoute("busy-work") == null;
        });
    }

    /** Camel's stop that is aborted while it begins stops the consumer after the route has gone on. */
    @Test
    void beginsNoStopOfABusyRoute() throws Exception {
        var begun = new CopyOnWriteArrayList<String>();
        camel.setShutdownStrategy(new DefaultShutdownStrategy(camel) {
            @Override
            protected boolean doShutdown(
                    CamelContext context,
                    List<RouteStartupOrder> routes,
                    long timeout,
                    TimeUnit unit,
                    boolean suspendOnly,
                    boolean abortAfterTimeout,
                    boolean forceShutdown)
                    throws Exception {
                routes.stream()
                        .map(order -> order.getRoute().getId())
                        .filter(id -> context.getInflightRepository().size(id) > 0)
                        .forEach(begun::add);
                return super.doShutdown(context, routes, timeout, unit, suspendOnly, abortAfterTimeout, forceShutdown);
            }
        });
        write(FILE, CALLER.formatted(1) + CALLED);
        own.afterApplicationStart(camel);
        var slow = sendSlow();

        write(FILE, CALLER.formatted(2) + CALLED);
        scanTwiceWithoutEffect();

        assertThat(begun).isEmpty();
        complete(slow);
    }

    @Test
    void keepsTheKameletOfABusyRouteUntilItIsIdle() throws Exception {
        write(KAMELET, ACTION.formatted(1));
        write(FILE, USER);
        own.afterApplicationStart(camel);
        var slow = sendSlow();

        write(KAMELET, ACTION.formatted(2));
        scanTwiceWithoutEffect();
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);

        complete(slow);
        await().until(() -> {
            own.scan();
            return answer(send("")).equals("version 2");
        });
    }

    private CompletableFuture<Object> sendSlow() {
        var slow = CompletableFuture.supplyAsync(() -> answer(send("slow")), THREADS);
        await().until(() -> camel.getInflightRepository().size("busy") == 1);
        return slow;
    }

    /** The event in progress uses the version that it met. */
    private void complete(CompletableFuture<Object> slow) throws Exception {
        released.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("version 1");
    }

    private void scanTwiceWithoutEffect() {
        own.scan();
        own.scan();
        assertThat(answer(send(""))).isEqualTo("version 1");
    }

    private Exchange send(String body) {
        return events.send("direct:busy", exchange -> exchange.getMessage().setBody(body));
    }

    private static Object answer(Exchange done) {
        return done.isFailed()
                ? String.valueOf(done.getException())
                : done.getMessage().getBody();
    }

    private void write(String file, String text) throws IOException {
        var path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
