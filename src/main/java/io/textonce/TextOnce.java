package io.textonce;

import io.textonce.delivery.CheckHistories;
import io.textonce.ledger.CompareLedger;
import io.textonce.lib.AddLibraries;
import io.textonce.settings.CheckSettings;
import io.textonce.twilio.Doctor;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Turns each business event into exactly one Twilio SMS. The routes are in {@code routes/}. */
@SpringBootApplication
public class TextOnce {

    /** Commands of operators, by name; each returns the exit code. */
    private static final Map<String, ToIntFunction<String[]>> COMMANDS = Map.of(
            AddLibraries.COMMAND, AddLibraries::run,
            CheckHistories.COMMAND, CheckHistories::run,
            CheckSettings.COMMAND, CheckSettings::run,
            CompareLedger.COMMAND, CompareLedger::run,
            Doctor.COMMAND, Doctor::run);

    /** Commands of integrators, which need the sandbox. */
    private static final Set<String> OF_THE_SANDBOX = Set.of("cases", "check", "new", "preview", "sandbox", "send-jms");

    private static final int USAGE = 2;

    public static void main(String[] args) {
        var exit = command(args);
        if (exit.isPresent()) {
            System.exit(exit.getAsInt());
        }
        SpringApplication.run(TextOnce.class, args);
    }

    /** Runs a command and returns its exit code; empty if TextOnce is to start. */
    static OptionalInt command(String... args) {
        for (String argument : args) {
            var command = COMMANDS.get(argument);
            if (command != null) {
                return OptionalInt.of(command.applyAsInt(args));
            }
        }
        if (args.length == 0 || args[0].startsWith("-")) {
            return OptionalInt.empty();
        }
        var log = LoggerFactory.getLogger(TextOnce.class);
        if (OF_THE_SANDBOX.contains(args[0])) {
            log.error(
                    "The sandbox is not in this jar: run java -jar textonce-sandbox.jar {}, or the image textonce-sandbox",
                    String.join(" ", args));
        } else {
            log.error(
                    "There is no command {}; there are {}",
                    args[0],
                    String.join(", ", new TreeSet<>(COMMANDS.keySet())));
        }
        return OptionalInt.of(USAGE);
    }
}
