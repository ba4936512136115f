package io.textonce.twilio;

import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.type.PhoneNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.peer.PeerMonitor;
import io.textonce.sandbox.TwilioSimulator;
import io.textonce.settings.TwilioSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.apache.hc.core5.http.HttpHeaders;

/**
 * A Twilio whose clock is not ours, and a client of it. The simulator's HTTP server dates its answers by the machine's
 * clock, so on their way to the client they get the simulator's date.
 */
public final class SkewedTwilio implements AutoCloseable {

    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String TOKEN = "primary-token-of-the-simulator";

    private final String from;
    private final TwilioSimulator simulator;
    private final TwilioClock clock = new TwilioClock(Clock.systemUTC());
    private final TwilioHttp http;
    private final TwilioRestClient client;

    /** @param ahead how far Twilio's clock is ahead of ours */
    public SkewedTwilio(String from, Duration ahead) {
        this.from = from;
        var theirs = Clock.offset(Clock.systemUTC(), ahead);
        simulator = TwilioSimulator.builder().clock(theirs).build().start();
        var settings = settings(simulator.baseUrl());
        http = new TwilioHttp(
                () -> settings,
                new TwilioAnswers(new TwilioCodes(), new SimpleMeterRegistry()),
                clock,
                new TwilioPeers(new PeerMonitor(Clock.systemUTC()), settings),
                (request, scope, chain) -> {
                    var response = chain.proceed(request, scope);
                    response.setHeader(
                            HttpHeaders.DATE,
                            DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                    ZonedDateTime.ofInstant(theirs.instant(), ZoneOffset.UTC)));
                    return response;
                });
        client = TwilioConfiguration.restClient(settings, http.client());
    }

    public TwilioSimulator simulator() {
        return simulator;
    }

    public TwilioClock clock() {
        return clock;
    }

    public TwilioMessages messages() {
        return new TwilioMessages(client);
    }

    /** @throws TwilioFailure when Twilio's answer is no success */
    public void post(String to, String text) {
        Message.creator(new PhoneNumber(to), new PhoneNumber(from), text).create(client);
    }

    @Override
    public void close() {
        simulator.close();
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TwilioSettings settings(String baseUrl) {
        return new TwilioSettings(
                ACCOUNT,
                TOKEN,
                "",
                "",
                "",
                from,
                "",
                "",
                "",
                "",
                baseUrl,
                2,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                3,
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                List.of(),
                List.of(),
                List.of(),
                "",
                "");
    }
}
