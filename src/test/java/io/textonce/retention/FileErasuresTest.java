package io.textonce.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.intake.file.InboxErasures;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.WrittenNumbers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SandboxTest
class FileErasuresTest {

    @Test
    void erasesAPersonInTheInboxOfAnotherInstanceToo(Sandbox sandbox, @TempDir Path inbox) throws IOException {
        String number = sandbox.newNumber();
        Path file = rejected(inbox, number);
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/people"))
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString("{\"phone\":\"" + number + "\"}")));
        var other = new FileErasures(
                sandbox.database(),
                InboxErasures.of(inbox),
                sandbox.context().getBean(WrittenNumbers.class),
                sandbox.context().getBean(PhoneHash.class));

        other.step();
        assertThat(file).as("left to its request for ten seconds").exists();

        sandbox.database()
                .update(
                        "UPDATE textonce.file_erasures SET requested_at = now() - interval '10 s' WHERE last_digits = ?",
                        WrittenNumbers.lastDigits(number));
        other.step();
        assertThat(file).doesNotExist();

        // Consent and events that come afterwards are new ones.
        Path later = rejected(inbox, number);
        other.step();
        assertThat(later).exists();
    }

    private static Path rejected(Path inbox, String number) throws IOException {
        Path failed = Files.createDirectories(inbox.resolve("order-shipped/failed"));
        return Files.writeString(
                failed.resolve("orders.jsonl"), "# line 1: phone: is wrong\n{\"phone\":\"" + number + "\"}\n");
    }
}
