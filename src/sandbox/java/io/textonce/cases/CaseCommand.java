package io.textonce.cases;

import io.textonce.privacy.CommandConsole;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.SandboxApplication;
import io.textonce.sandbox.UserFileFindings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** Command that runs the cases of a folder in a sandbox of its own, whose data is deleted afterwards. */
public final class CaseCommand {

    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private CaseCommand() {}

    /** Runs the cases and returns the exit code: 0 if all hold. */
    public static int run(Path folder) throws IOException {
        var cases = files(folder.resolve("cases"));
        if (cases.isEmpty()) {
            System.err.println("There is no case in " + folder.resolve("cases"));
            return CommandConsole.FINDINGS;
        }
        Path data = Files.createTempDirectory("textonce-cases-");
        try (var peers = new Peers(data, 0, 0);
                var context = start(peers, folder)) {
            var findings = UserFileFindings.of(context, folder);
            findings.forEach(System.out::println);
            return findings.isEmpty() ? run(context, peers, cases) : CommandConsole.FINDINGS;
        } finally {
            FileSystemUtils.deleteRecursively(data);
        }
    }

    private static int run(ApplicationContext context, Peers peers, List<Path> cases) throws IOException {
        var world = new CaseWorld(context, peers);
        int failed = 0;
        for (Path file : cases) {
            try {
                CaseRun.check(world, file, PATIENCE);
                System.out.println(file + ": ok");
            } catch (AssertionError e) {
                System.out.println(e.getMessage());
                failed++;
            }
        }
        System.out.println(cases.size() + " cases, " + failed + " failed");
        return failed == 0 ? CommandConsole.OK : CommandConsole.FINDINGS;
    }

    private static ConfigurableApplicationContext start(Peers peers, Path folder) {
        var context = SandboxApplication.startForCommand(folder, () -> {
            var settings = new HashMap<>(peers.start().environment());
            settings.put("TEXTONCE_FILE_QUIET_TIME", "300ms");
            return settings;
        });
        int port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
        peers.twilio().callbackTarget("127.0.0.1:" + port);
        return context;
    }

    /** Returns the cases below a folder, by their paths as the user wrote it. */
    static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
