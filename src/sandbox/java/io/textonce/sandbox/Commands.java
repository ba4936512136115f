package io.textonce.sandbox;

import io.textonce.TextOnce;
import io.textonce.cases.CaseCommand;
import io.textonce.lib.AddLibraries;
import io.textonce.privacy.CommandConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.springframework.core.NestedExceptionUtils;

/** Commands of the sandbox's jar, for people who add events and routes and have no checkout. */
public final class Commands {

    private static final String FOLDER = "my-routes";

    /** Commands whose second argument is a file. */
    private static final Set<String> OF_A_FILE = Set.of("preview", "send-jms");

    /** Arguments that a command needs. It may have one more. */
    private static final Map<String, Integer> REQUIRED =
            Map.of("new", 1, "check", 0, "cases", 0, "preview", 2, "send-jms", 2);

    private static final String HELP = """
            java -jar textonce-sandbox.jar COMMAND

              sandbox                       TextOnce with PostgreSQL, a broker and a simulator of Twilio
              new EVENT [FOLDER]            creates the files of an event, to be edited
              check [FOLDER]                loads the files without running them; lists file, line and reason of each error
              cases [FOLDER]                runs the cases in FOLDER/cases
              preview EVENT FILE [FOLDER]   prints the message of the event in FILE; nothing is sent
              send-jms EVENT FILE [URL]     sends the event in FILE to the queue of events, as a JMS message
              add COMPONENT ...             fills the folder lib with components of Camel, such as camel-kafka

            --version prints the version.

            FOLDER is my-routes by default, URL the broker of a running sandbox. Exit code: 0 without findings, 1 with
            findings, 2 for a wrong call.
            """;

    private Commands() {}

    public static void main(String[] args) {
        TextOnce.useEnglish();
        var exit = command(args);
        if (exit.isPresent()) {
            System.exit(exit.getAsInt());
        }
        boolean isNamed = args.length > 0 && args[0].equals("sandbox");
        SandboxApplication.main(isNamed ? Arrays.copyOfRange(args, 1, args.length) : args);
    }

    /** Runs a command and returns its exit code; empty if the sandbox is to start. */
    static OptionalInt command(String... args) {
        if (CommandConsole.isHelp(args)) {
            System.out.print(HELP);
            return OptionalInt.of(CommandConsole.OK);
        }
        if (CommandConsole.isVersion(args)) {
            System.out.println(CommandConsole.version(Commands.class));
            return OptionalInt.of(CommandConsole.OK);
        }
        String command = args.length == 0 || args[0].contains("=") ? "sandbox" : args[0];
        if (command.equals("sandbox")) {
            String unknown = CommandConsole.unknown(
                    Arrays.stream(args).filter(word -> !word.equals("sandbox")).toList());
            return unknown == null
                    ? OptionalInt.empty()
                    : OptionalInt.of(CommandConsole.wrongCall("The sandbox has no option " + unknown, HELP));
        }
        try {
            return OptionalInt.of(
                    command.equals(AddLibraries.COMMAND)
                            ? AddLibraries.run(args)
                            : run(command, Arrays.asList(args).subList(1, args.length)));
        } catch (IOException | RuntimeException e) {
            System.err.println(command + " failed: " + NestedExceptionUtils.getMostSpecificCause(e));
            return OptionalInt.of(CommandConsole.FINDINGS);
        }
    }

    private static int run(String command, List<String> arguments) throws IOException {
        Integer required = REQUIRED.get(command);
        if (required == null) {
            return CommandConsole.wrongCall("There is no command or option " + command, HELP);
        }
        String option = arguments.stream()
                .filter(word -> word.startsWith("-"))
                .findFirst()
                .orElse(null);
        if (option != null) {
            return CommandConsole.wrongCall(command + " has no option " + option, HELP);
        }
        if (arguments.size() < required || arguments.size() > required + 1) {
            return CommandConsole.wrongCall(
                    command + " takes " + required + " or " + (required + 1) + " words, and has " + arguments.size(),
                    HELP);
        }
        if (OF_A_FILE.contains(command) && !Files.isRegularFile(Path.of(arguments.get(1)))) {
            System.err.println(arguments.get(1) + " is not a file");
            return CommandConsole.USAGE;
        }
        boolean isDefault = arguments.size() == required;
        if (command.equals("send-jms")) {
            String url = isDefault ? SendJms.SANDBOX : arguments.get(required);
            return SendJms.run(arguments.get(0), Path.of(arguments.get(1)), url);
        }
        Path folder = Path.of(isDefault ? FOLDER : arguments.get(required));
        if (!command.equals("new") && !Files.isDirectory(folder)) {
            System.err.println(folder + " is not a folder");
            return CommandConsole.USAGE;
        }
        return switch (command) {
            case "new" -> NewEvent.create(arguments.get(0), folder);
            case "check" -> Check.run(folder);
            case "cases" -> CaseCommand.run(folder);
            default -> Preview.run(arguments.get(0), Path.of(arguments.get(1)), folder);
        };
    }
}
