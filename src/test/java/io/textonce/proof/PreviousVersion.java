package io.textonce.proof;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.tools.ToolProvider;
import org.springframework.util.FileSystemUtils;

/**
 * TextOnce as it was before the newest migration, taken from git and compiled against the libraries of today; before the
 * first migration after V1, its newest commit, which has the same schema. Without git and its history there is none, and
 * the test that asks for it is skipped.
 *
 * @param commit its short hash
 * @param migrations that its successor applies: none until there is a V2
 * @param classPath its classes, its resources and the libraries
 */
record PreviousVersion(String commit, int migrations, String classPath) {

    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    static PreviousVersion in(Path directory) throws Exception {
        String commit = beforeNewest();
        Path tree = directory.resolve("previous-" + commit);
        Path classes = tree.resolve("classes");
        if (!Files.isDirectory(classes)) {
            check(tree, commit);
            compile(tree, classes);
        }
        return new PreviousVersion(
                commit, isFirst(newest()) ? 0 : 1, classes.toAbsolutePath() + File.pathSeparator + libraries());
    }

    /** The parent of the commit that added the newest migration; the newest commit while that is V1 or not committed. */
    private static String beforeNewest() throws Exception {
        String added =
                isFirst(newest()) ? "" : git("log", "--diff-filter=A", "--format=%H", "-1", "--", newest().toString());
        String commit = git("rev-parse", "--short", added.isEmpty() ? "HEAD" : added + "^");
        assumeTrue(!commit.isEmpty(), "git has no version before " + newest().getFileName() + " here");
        return commit;
    }

    private static Path newest() throws IOException {
        try (var files = Files.list(MIGRATIONS)) {
            return files.max(Comparator.comparingInt(PreviousVersion::number)).orElseThrow();
        }
    }

    private static boolean isFirst(Path migration) {
        return number(migration) == 1;
    }

    private static int number(Path migration) {
        return Integer.parseInt(migration.getFileName().toString().replaceAll("V(\\d+)__.*", "$1"));
    }

    private static void check(Path tree, String commit) throws Exception {
        FileSystemUtils.deleteRecursively(tree);
        Files.createDirectories(tree);
        Path archive = tree.resolve("tree.zip");
        git("archive", "--format=zip", "-o", archive.toString(), commit, "src/main", "routes");
        try (var zip = new ZipFile(archive.toFile())) {
            for (var entry : zip.stream().filter(entry -> !entry.isDirectory()).toList()) {
                Path file = tree.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip.getInputStream(entry), file);
            }
        }
    }

    /** As Maven does, with the resources and the shipped routes beside the classes. */
    private static void compile(Path tree, Path classes) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "there is no compiler in this Java");
        Path work = Files.createDirectories(tree.resolve("work"));
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-nowarn", "-parameters", "-cp", libraries(), "-d", work.toString()));
        try (Stream<Path> sources = Files.walk(tree.resolve("src/main/java"))) {
            sources.filter(file -> file.toString().endsWith(".java")).forEach(file -> arguments.add(file.toString()));
        }
        var messages = new StringWriter();
        var files = compiler.getStandardFileManager(null, null, null);
        boolean compiled = compiler.getTask(
                        messages,
                        files,
                        null,
                        arguments.subList(0, 7),
                        null,
                        files.getJavaFileObjects(
                                arguments.subList(7, arguments.size()).toArray(String[]::new)))
                .call();
        assumeTrue(compiled, "the version before does not compile with the libraries of today: " + messages);
        FileSystemUtils.copyRecursively(tree.resolve("src/main/resources"), work);
        FileSystemUtils.copyRecursively(tree.resolve("routes"), work.resolve("routes"));
        FileSystemUtils.deleteRecursively(work.resolve("routes/cases"));
        Files.move(work, classes);
    }

    /** Without the classes of today. */
    private static String libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains(File.separator + "target" + File.separator))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** What git prints; nothing where it fails or is not there. */
    private static String git(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes()).trim();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0 ? output : "";
        } catch (IOException e) {
            return "";
        }
    }
}
