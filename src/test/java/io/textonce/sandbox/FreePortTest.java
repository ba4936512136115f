package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ports of servers that are not started yet. */
class FreePortTest {

    private static final int HALF = 10_000;

    /** Every second port: of fifty that are chosen at random, some would be among them. */
    @Test
    void givesNoPortThatAnotherProcessHasReserved() throws Exception {
        var process = new ProcessBuilder(
                        ExtractedJar.java(), "-cp", System.getProperty("java.class.path"), Other.class.getName())
                .redirectErrorStream(true)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            var others = Set.of(output.readLine().split(" "));
            assertThat(others).hasSize(HALF);

            for (int i = 0; i < 50; i++) {
                assertThat(others).doesNotContain(Integer.toString(FreePort.next()));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Reserves every second port, prints them, and stays until it is killed. */
    static final class Other {

        public static void main(String[] args) throws Exception {
            var ports = new HashSet<String>();
            for (int i = 0; i < HALF; i++) {
                ports.add(Integer.toString(FreePort.next()));
            }
            System.out.println(String.join(" ", ports));
            Thread.currentThread().join();
        }
    }
}
