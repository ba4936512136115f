package io.textonce.lib;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar takes further components from the folder {@code lib} where it runs. */
@Tag("proof")
class LibIT {

    private static final String ROUTE = """
            - route:
                id: bell-rung
                from:
                  uri: bell:once
                  parameters:
                    delay: 500
                  steps:
                    - setBody:
                        constant:
                          expression: >-
                            {"eventId": "bell-0001", "phone": "+15558675310",
                            "consentAt": "2026-06-02T09:00:00Z"}
                    - unmarshal:
                        json:
                          library: Jackson
                          unmarshalType: java.util.Map
                    - setVariable:
                        name: text
                        constant:
                          expression: The bell was rung.
                    - to:
                        uri: kamelet:sms-send-sink
                        parameters:
                          event: bell-rung
                          purpose: bells
            """;

    @TempDir
    Path directory;

    @Test
    void textsFromAComponentThatIsOnlyInTheLibFolder() throws IOException {
        putJarIntoLib();
        Path routes = Files.createDirectories(directory.resolve("routes"));
        Files.writeString(routes.resolve("bell-rung.camel.yaml"), ROUTE);
        try (var peers = new Peers(directory.resolve("peers"), 0, 0).start();
                var app = AppProcess.of(peers)
                        .in(directory)
                        .with("TEXTONCE_INTAKES", "http")
                        .with("TEXTONCE_ROUTES", routes.toString())
                        .shortLived()) {
            app.start();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(peers.twilio().sentTo("+15558675310"))
                            .extracting(TwilioMessage::body)
                            .containsExactly("The bell was rung."));
        }
    }

    private void putJarIntoLib() throws IOException {
        Path jar = Files.createDirectories(directory.resolve("lib")).resolve("camel-bell.jar");
        String component = "io/textonce/lib/BellComponent.class";
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var bytes = LibIT.class.getResourceAsStream("/" + component)) {
            out.putNextEntry(new JarEntry(component));
            out.write(bytes.readAllBytes());
            out.putNextEntry(new JarEntry("META-INF/services/org/apache/camel/component/bell"));
            out.write("class=io.textonce.lib.BellComponent\n".getBytes(UTF_8));
        }
    }
}
