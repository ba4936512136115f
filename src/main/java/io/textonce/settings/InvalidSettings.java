package io.textonce.settings;

import java.util.List;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Names every setting that is missing or wrong, and never says a value. */
public final class InvalidSettings extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InvalidSettings(List<String> problems) {
        super("TextOnce can't start with these settings:\n" + String.join("\n", problems));
    }

    /** Returns the faults, without values. */
    List<String> faults() {
        return getMessage().lines().skip(1).toList();
    }

    /** Lets Spring Boot print the problems as its failure report, without a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<InvalidSettings> {

        @Override
        protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettings cause) {
            return new FailureAnalysis(
                    cause.getMessage(), "Set them in the environment; .env.example explains each.", cause);
        }
    }
}
