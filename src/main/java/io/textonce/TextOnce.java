package io.textonce;

import io.textonce.delivery.CheckHistories;
import io.textonce.ledger.CompareLedger;
import io.textonce.lib.AddLibraries;
import io.textonce.privacy.CommandConsole;
import io.textonce.settings.CheckSettings;
import io.textonce.twilio.Doctor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
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

    private static final String HELP = """
            java -jar textonce.jar [COMMAND] starts TextOnce, or runs a command and ends:

              check-settings         checks the settings as a start does, without a connection
              doctor                 checks the account, the senders and the webhooks at Twilio; changes nothing
              compare-ledger [DAY]   compares the deliveries of a day, such as 2026-11-25, with Twilio's log
              check-histories        checks the timelines of all deliveries by the model of the state machine
              add COMPONENT ...      fills the folder lib with components of Camel, such as camel-kafka

            --version prints the version. A setting may be an option: --server.port=3001.

            Exit code: 0 without findings, 1 with findings, 2 for a wrong call or invalid settings. The commands of
            integrators, such as check and cases, are in textonce-sandbox.jar.""";

    public static void main(String[] args) {
        useEnglish();
        var exit = command(args);
        if (exit.isPresent()) {
            System.exit(exit.getAsInt());
        }
        SpringApplication.run(TextOnce.class, args);
    }

    /**
     * Makes English the language of all that is written, whatever that of the machine: libraries translate the reasons of
     * invalid events, and Java formats a number with the digits of the language, in SQL as well.
     */
    public static void useEnglish() {
        Locale.setDefault(Locale.ENGLISH);
    }

    /** Runs a command and returns its exit code; empty if TextOnce is to start. */
    static OptionalInt command(String... args) {
        if (CommandConsole.isHelp(args)) {
            CommandConsole.result(HELP);
            return OptionalInt.of(CommandConsole.OK);
        }
        if (CommandConsole.isVersion(args)) {
            CommandConsole.result(CommandConsole.version(TextOnce.class));
            return OptionalInt.of(CommandConsole.OK);
        }
        for (String argument : args) {
            var command = COMMANDS.get(argument);
            if (command != null) {
                String option = CommandConsole.unknown(
                        Stream.of(args).filter(word -> word.startsWith("-")).toList());
                return OptionalInt.of(
                        option == null
                                ? command.applyAsInt(args)
                                : CommandConsole.wrongCall(argument + " has no option " + option, HELP));
            }
        }
        String unknown = CommandConsole.unknown(List.of(args));
        if (unknown == null) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(CommandConsole.wrongCall(
                OF_THE_SANDBOX.contains(unknown)
                        ? "The sandbox is not in this jar: run java -jar textonce-sandbox.jar " + String.join(" ", args)
                                + ", or the image textonce-sandbox"
                        : "There is no command or option " + unknown,
                HELP));
    }
}
