package io.textonce.twilio;

import com.twilio.http.TwilioRestClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.message.Senders;
import io.textonce.network.TrustedAuthorities;
import io.textonce.peer.PeerMonitor;
import io.textonce.privacy.CommandConsole;
import io.textonce.settings.CheckSettings;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Self-test of an installation against Twilio, by calls that only read: each check has a finding and, if something is
 * wrong, a fix. As the operator's command {@code doctor} it needs neither the database nor a port.
 */
@Component
public final class Doctor {

    public static final String COMMAND = "doctor";

    private final TextOnceProperties settings;
    private final TwilioResources twilio;
    private final TwilioClock clock;
    private final Senders senders;

    @Autowired
    Doctor(TextOnceProperties settings, TwilioRestClient client, TwilioClock clock, Senders senders) {
        this.settings = settings;
        this.senders = senders;
        this.twilio = new TwilioResources(client);
        this.clock = clock;
    }

    /**
     * Prints the result of each check.
     *
     * @return the exit code: 0 without a fault, 1 with one, 2 for invalid settings
     */
    public static int run(String... args) {
        return CheckSettings.run(COMMAND, settings -> print(examine(settings)), args);
    }

    /** Examines an installation that does not run. */
    static List<Diagnosis> examine(TextOnceProperties settings) {
        var clock = new TwilioClock(Clock.systemUTC());
        var peers = new TwilioPeers(new PeerMonitor(Clock.systemUTC()), settings.twilio());
        var answers = new TwilioAnswers(new TwilioCodes(), new SimpleMeterRegistry());
        try (var http = new TwilioHttp(settings::twilio, answers, clock, peers, null)) {
            var client = TwilioConfiguration.restClient(settings.twilio(), http.client());
            return new Doctor(settings, client, clock, new Senders(settings)).examine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int print(List<Diagnosis> found) {
        for (var diagnosis : found) {
            String level = diagnosis.level().name().toLowerCase(Locale.ROOT);
            String fix = diagnosis.fix() == null ? "" : ". " + diagnosis.fix();
            CommandConsole.result("%-7s %s: %s%s".formatted(level, diagnosis.check(), diagnosis.finding(), fix));
        }
        long faults = found.stream().filter(Diagnosis::isFault).count();
        CommandConsole.result(found.size() + " checks, " + faults + " faults");
        return faults == 0 ? CommandConsole.OK : CommandConsole.FINDINGS;
    }

    /** Makes all checks; one that Twilio does not answer is a fault of its own and ends none of the others. */
    public List<Diagnosis> examine() {
        var account = new AccountChecks(twilio, settings);
        var machine = new MachineChecks(settings.twilio());
        var found = new ArrayList<Diagnosis>();
        try {
            found.add(account.key());
            examine(account, found);
        } catch (TwilioFailure.Rejected e) {
            found.add(account.invalidKey(e));
            found.add(Diagnosis.skipped("account", "Nothing else at Twilio can be read without valid credentials"));
        } catch (TwilioFailure e) {
            found.add(unclear("credentials", e));
            found.add(Diagnosis.skipped("account", "Nothing else can be read while Twilio does not respond"));
        }
        found.add(MachineChecks.clock(clock.skew()));
        found.add(machine.chain());
        found.add(MachineChecks.trust(trusted()));
        found.addAll(machine.proxies(ProxySelector.getDefault()));
        return found;
    }

    private void examine(AccountChecks account, List<Diagnosis> found) {
        add(found, "account", () -> List.of(account.state()));
        var sender = new SenderChecks(twilio, settings);
        found.add(sender.callback());
        String callback = settings.publicBaseUrls().get(0) + "/twilio/status-callback?delivery=";
        add(found, "webhook rules", () -> List.of(new WebhookRules(twilio, callback).check()));
        senders.all().forEach((address, where) -> add(found, "sender", () -> sender.of(address, where)));
        add(found, "geo permissions", () -> List.of(account.geoPermissions()));
        add(found, "verify service", () -> List.of(account.verify()));
    }

    private static void add(List<Diagnosis> found, String check, Supplier<List<Diagnosis>> checks) {
        try {
            found.addAll(checks.get());
        } catch (TwilioFailure.Rejected e) {
            found.add(Diagnosis.skipped(check, "These credentials may not read it (" + e.code() + ")"));
        } catch (TwilioFailure e) {
            found.add(unclear(check, e));
        }
    }

    private static Diagnosis unclear(String check, TwilioFailure failure) {
        return Diagnosis.fault(
                check,
                failure.getMessage(),
                "Check the network, the proxy and https://status.twilio.com, then run the checks again.");
    }

    private List<X509Certificate> trusted() {
        String more = settings.outbound().trustedAuthorities();
        try {
            return more.isEmpty()
                    ? TrustedAuthorities.ofJava()
                    : TrustedAuthorities.read(Path.of(more)).withThoseOfJava();
        } catch (GeneralSecurityException | IOException e) {
            return List.of();
        }
    }
}
