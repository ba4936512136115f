package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.assertj.core.api.AbstractAssert;

/** Reads an answer as a problem of RFC 9457 with the members that callers' programs look at. */
public final class ProblemAssert extends AbstractAssert<ProblemAssert, HttpResponse<String>> {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode problem;

    private ProblemAssert(HttpResponse<String> response) {
        super(response, ProblemAssert.class);
        assertThat(response.headers().firstValue("Content-Type"))
                .as("content type of %s: %s", response.statusCode(), response.body())
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        problem = read(response);
        assertThat(problem.path("type").isTextual()).as("type").isTrue();
        assertThat(problem.path("title").asText()).as("title").isNotBlank();
        assertThat(problem.path("status").asInt()).as("status").isEqualTo(response.statusCode());
        assertThat(problem.path("detail").asText()).as("detail").isNotBlank();
        assertThat(problem.path("error").asText()).as("error").isNotBlank();
    }

    public static ProblemAssert assertThatProblem(HttpResponse<String> response) {
        return new ProblemAssert(response);
    }

    public ProblemAssert is(int status, String error) {
        assertThat(actual.statusCode()).as(actual.body()).isEqualTo(status);
        assertThat(problem.path("error").asText()).isEqualTo(error);
        return this;
    }

    /** Exactly these fields are named, each with a reason. */
    public ProblemAssert names(String... fields) {
        JsonNode details = problem.path("details");
        assertThat(details.fieldNames()).toIterable().as(actual.body()).containsExactlyInAnyOrder(fields);
        details.forEach(
                reasons -> assertThat(reasons.path(0).asText()).as("reason").isNotBlank());
        return this;
    }

    public ProblemAssert hasCode(int code) {
        assertThat(problem.path("code").asInt()).as(actual.body()).isEqualTo(code);
        return this;
    }

    public ProblemAssert doesNotSay(String secret) {
        assertThat(actual.body()).doesNotContain(secret);
        return this;
    }

    private static JsonNode read(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("Not JSON: " + response.body(), e);
        }
    }
}
