package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** Speaks to the simulator over plain HTTP, so that its tests see what is on the wire. */
final class SimulatorClient {

    static final String ACCOUNT = "AC00000000000000000000000000000001";
    static final String TOKEN = "primary-token-of-the-simulator";
    static final String TO = "+14155552671";
    static final String FROM = "+15005550006";
    static final String SERVICE = "MG00000000000000000000000000000001";
    static final String VERIFY = "VA00000000000000000000000000000001";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final TwilioSimulator simulator;
    private final String account;
    private final String authorization;

    SimulatorClient(TwilioSimulator simulator) {
        this(simulator, ACCOUNT, ACCOUNT, TOKEN);
    }

    SimulatorClient(TwilioSimulator simulator, String account, String user, String password) {
        this.simulator = simulator;
        this.account = account;
        this.authorization = "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    record Answer(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        JsonNode json() {
            try {
                return new ObjectMapper().readTree(response.body());
            } catch (IOException notJson) {
                throw new UncheckedIOException(notJson);
            }
        }

        String text(String name) {
            return json().path(name).asText();
        }

        int code() {
            return json().path("code").asInt();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** To, From and Body, with these parameters instead or besides; a null takes one away. */
    Answer create(String... changes) throws IOException {
        return post("/2010-04-01/Accounts/" + account + "/Messages.json", createForm(changes));
    }

    static Form createForm(String... changes) {
        var form = new Form(List.of()).with("To", TO).with("From", FROM).with("Body", "Your order A-1 has shipped.");
        for (int i = 0; i < changes.length; i += 2) {
            form = form.without(changes[i]).with(changes[i], changes[i + 1]);
        }
        return form;
    }

    Answer list(String query) throws IOException {
        return get("/2010-04-01/Accounts/" + account + "/Messages.json" + query);
    }

    Answer fetch(String sid) throws IOException {
        return get("/2010-04-01/Accounts/" + account + "/Messages/" + sid + ".json");
    }

    Answer update(String sid, String name, String value) throws IOException {
        return post(
                "/2010-04-01/Accounts/" + account + "/Messages/" + sid + ".json",
                new Form(List.of()).with(name, value));
    }

    Answer verify(String resource, String... pairs) throws IOException {
        var form = new Form(List.of());
        for (int i = 0; i < pairs.length; i += 2) {
            form = form.with(pairs[i], pairs[i + 1]);
        }
        return post("/v2/Services/" + VERIFY + "/" + resource, form);
    }

    Answer get(String path) throws IOException {
        return send(request(path).GET());
    }

    Answer delete(String path) throws IOException {
        return send(request(path).DELETE());
    }

    Answer post(String path, Form form) throws IOException {
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.encode())));
    }

    Answer postJson(String path, String json) throws IOException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path))
                .timeout(Duration.ofSeconds(10))
                .header("Authorization", authorization);
    }

    private static Answer send(HttpRequest.Builder request) throws IOException {
        try {
            return new Answer(HTTP.send(request.build(), BodyHandlers.ofString()));
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
