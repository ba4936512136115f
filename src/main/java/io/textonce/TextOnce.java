package io.textonce;

import io.textonce.delivery.CheckHistories;
import io.textonce.ledger.CompareLedger;
import io.textonce.settings.CheckSettings;
import io.textonce.twilio.Doctor;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Turns each business event into exactly one Twilio SMS. The routes are in {@code routes/}. */
@SpringBootApplication
public class TextOnce {

    /** Commands of operators, by name; each returns the exit code. */
    private static final Map<String, ToIntFunction<String[]>> COMMANDS = Map.of(
            CheckHistories.COMMAND, CheckHistories::run,
            CheckSettings.COMMAND, CheckSettings::run,
            CompareLedger.COMMAND, CompareLedger::run,
            Doctor.COMMAND, Doctor::run);

    public static void main(String[] args) {
        for (String argument : args) {
            var command = COMMANDS.get(argument);
            if (command != null) {
                System.exit(command.applyAsInt(args));
            }
        }
        SpringApplication.run(TextOnce.class, args);
    }
}
