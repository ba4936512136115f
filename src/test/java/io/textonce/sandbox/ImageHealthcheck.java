package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** The command of the image's HEALTHCHECK, as the Dockerfile has it. */
public final class ImageHealthcheck {

    private static final Pattern COMMAND = Pattern.compile("HEALTHCHECK .* CMD (\\[.*])");

    private ImageHealthcheck() {}

    /**
     * Runs it.
     *
     * @param tls value of MANAGEMENT_SERVER_SSL_ENABLED
     * @return the exit code
     */
    public static int run(int port, String tls) throws IOException, InterruptedException {
        var command = COMMAND.matcher(Files.readString(Path.of("Dockerfile")).replace("\\\n", ""));
        assertThat(command.find()).isTrue();
        var process = new ProcessBuilder(new ObjectMapper().readValue(command.group(1), String[].class));
        process.environment()
                .putAll(Map.of("MANAGEMENT_SERVER_PORT", Integer.toString(port), "MANAGEMENT_SERVER_SSL_ENABLED", tls));
        return process.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
