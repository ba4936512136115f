package io.textonce;

import io.textonce.delivery.CheckHistories;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Turns each business event into exactly one Twilio SMS. The routes are in {@code routes/}. */
@SpringBootApplication
public class TextOnce {

    public static void main(String[] args) {
        if (Arrays.asList(args).contains(CheckHistories.COMMAND)) {
            System.exit(CheckHistories.run(args));
        }
        SpringApplication.run(TextOnce.class, args);
    }
}
