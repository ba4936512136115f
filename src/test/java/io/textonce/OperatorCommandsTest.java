package io.textonce;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each command prints results on standard output and problems on standard error, as plain lines without private data. */
@SandboxTest
class OperatorCommandsTest {

    private static final String SECRET = "primary-token-of-the-simulator";

    /** Options of Spring Boot have no names of environment variables. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "SPRING_DATASOURCE_URL", "spring.datasource.url",
            "SPRING_DATASOURCE_USERNAME", "spring.datasource.username",
            "SPRING_DATASOURCE_PASSWORD", "spring.datasource.password",
            "SPRING_ARTEMIS_BROKER_URL", "spring.artemis.broker-url");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "check-settings  | 0 | The settings are valid",
                "doctor          | . | ok      account: .*",
                "check-histories | . | \\d+ deliveries, \\d+ that the model forbids",
                "compare-ledger DAY | . | \\d{4}-\\d\\d-\\d\\d: \\d+ messages at Twilio, \\d+ unexplained, \\d+ missing",
            })
    void printsResults(String command, String exit, String line, Sandbox sandbox) {
        sandbox.postJson("/api/order-shipped-sms", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        var output = run(sandbox, command.replace("DAY", LocalDate.now(UTC).toString()));

        assertThat(output.exit()).as(output.toString()).matches(exit).isIn("0", "1");
        assertThat(output.out().lines()).anyMatch(printed -> printed.matches(line + ".*"));
        assertThatNothingIsLogged(output);
        assertThat(output.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "check-settings               | --textonce.lease=soon      | TEXTONCE_LEASE must be a duration such as",
                "doctor                       | --TWILIO_ACCOUNT_SID=AC123 | TWILIO_ACCOUNT_SID ",
                "compare-ledger               | --textonce.lease=soon      | TEXTONCE_LEASE must be a duration such as",
                "check-settings my-settings   | --x=1                      | check-settings takes no operand, and has my-settings",
                "check-histories 2026-11-25   | --x=1                      | check-histories takes no operand, and has 2026-11-25",
                "compare-ledger yesterday     | --x=1                      | compare-ledger takes one day, such as 2026-11-25, and has yesterday",
                "compare-ledger 2026-02-30    | --x=1                      | compare-ledger takes one day, such as 2026-11-25, and has 2026-02-30",
            })
    void namesAWrongCallOrSetting(String command, String option, String line, Sandbox sandbox) {
        var output = run(sandbox, command, option);

        assertThat(output.exit()).as(output.toString()).isEqualTo("2");
        assertThat(output.err().lines())
                .singleElement()
                .asString()
                .startsWith(line)
                .doesNotContain("soon", "AC123");
        assertThatNothingIsLogged(output);
    }

    @ParameterizedTest
    @CsvSource({
        "check-settings --strict, check-settings has no option --strict",
        "--dry-run doctor, doctor has no option --dry-run",
        "compare-ledger 2026-11-25 --json, compare-ledger has no option --json",
        "check-histories -v, check-histories has no option -v",
        "add camel-kafka --force, add has no option --force",
    })
    void rejectsAnUnknownOptionOfACommand(String call, String problem) {
        var output = run(call.split(" "));

        assertThat(output.exit()).isEqualTo("2");
        assertThat(output.out()).isEmpty();
        assertThat(output.err()).startsWith(problem + "\n").contains("  check-settings ");
    }

    @ParameterizedTest
    @CsvSource({"check-histories", "compare-ledger"})
    void namesWhatFailedWithoutATrace(String command, Sandbox sandbox) {
        var output =
                run(sandbox, command, "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none?password=" + SECRET);

        assertThat(output.exit()).isEqualTo("1");
        assertThat(output.err().lines())
                .singleElement()
                .asString()
                .startsWith(command + " failed: ")
                .contains("127.0.0.1:1")
                .doesNotContain(SECRET);
        assertThatNothingIsLogged(output);
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h", "help", "doctor --help", "add --help"})
    void listsTheCommandsAsAResult(String call) {
        var output = run(call.split(" "));

        assertThat(output.exit()).isEqualTo("0");
        assertThat(output.out())
                .contains("  add ", "  check-histories ", "  check-settings ", "  compare-ledger ", "  doctor ");
        assertThat(output.err()).isEmpty();
    }

    @Test
    void needsADatabase() {
        var output = run("check-histories");

        assertThat(output.exit()).isEqualTo("2");
        assertThat(output.err()).isEqualTo("SPRING_DATASOURCE_URL is missing\n");
    }

    private static Output run(Sandbox sandbox, String command, String... options) {
        var args = new ArrayList<>(List.of(command.split(" ")));
        Stream.of(options).forEach(args::add);
        sandbox.peers().environment().forEach((name, value) -> {
            String option = "--" + PROPERTIES.getOrDefault(name, name) + "=";
            if (Stream.of(options).noneMatch(given -> given.startsWith(option))) {
                args.add(option + value);
            }
        });
        args.add("--PUBLIC_BASE_URL=https://sms.example.com");
        args.add("--textonce.clients.shop.token-sha256=" + "0".repeat(64));
        return run(args.toArray(String[]::new));
    }

    private static Output run(String... args) {
        var out = System.out;
        var err = System.err;
        var newOut = new ByteArrayOutputStream();
        var newErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
        try {
            int exit = TextOnce.command(args).orElseThrow();
            return new Output(
                    String.valueOf(exit),
                    newOut.toString(StandardCharsets.UTF_8),
                    ofCommand(newErr.toString(StandardCharsets.UTF_8)));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Returns what the command wrote; Logback reports by itself while Spring Boot configures it. */
    private static String ofCommand(String err) {
        return err.lines()
                .filter(line -> !line.contains(" |-"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private record Output(String exit, String out, String err) {}

    /** Other applications in this JVM log, by their own threads. */
    private static void assertThatNothingIsLogged(Output output) {
        assertThat(output.toString())
                .doesNotContain("[           main]", "[main]", "APPLICATION FAILED", Peers.AUTH_TOKEN, SECRET);
    }
}
