package io.textonce.security;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.twilio.SignatureVector;
import io.textonce.twilio.TwilioSignature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * The vectors of {@link TwilioSignatureTest} as HTTP requests through the running application: what the servlet
 * container, Spring and Camel do to a path, a query and a form must leave its signature whole. The application gets
 * routes for the vectors' paths, with the step that guards the real ones in the kamelet {@code twilio-webhook-source}.
 * Vectors for paths outside {@code /twilio/} reach no webhook, so they are tried without HTTP only.
 */
@SandboxTest
class SignedRequestTest {

    private static final String FORM = "application/x-www-form-urlencoded; charset=UTF-8";

    private RequestMappingHandlerMapping mapping;
    private Map<RequestMappingInfo, HandlerMethod> mappedBefore;
    private volatile TwilioSignature signature;

    @BeforeEach
    void openThePaths(Sandbox sandbox) throws Exception {
        mapping = sandbox.context().getBean("platformHttpEngineRequestMapping", RequestMappingHandlerMapping.class);
        mappedBefore = Map.copyOf(mapping.getHandlerMethods());
        var camel = sandbox.context().getBean(CamelContext.class);
        var http = camel.getComponent("platform-http", PlatformHttpComponent.class);
        var engine = http.getEngine();
        // The application's own would refuse the paths that the shipped routes have.
        http.setEngine(new SpringBootPlatformHttpEngine(0, Runnable::run));
        try {
            camel.addRoutes(routes(vectors()
                    .map(vector -> vector.target().split("\\?")[0].replace("%20", " "))
                    .distinct()
                    .toList()));
        } finally {
            http.setEngine(engine);
        }
    }

    /** Camel leaves the mapping of a route that is gone, and one route's mapping takes the place of another's. */
    @AfterEach
    void closeThePaths(Sandbox sandbox) throws Exception {
        var camel = sandbox.context().getBean(CamelContext.class);
        for (var route : List.copyOf(camel.getRoutes())) {
            if (route.getRouteId().startsWith("vectors-")) {
                camel.getRouteController().stopRoute(route.getRouteId());
                camel.removeRoute(route.getRouteId());
            }
        }
        Map.copyOf(mapping.getHandlerMethods()).forEach((info, method) -> {
            if (!method.equals(mappedBefore.get(info))) {
                mapping.unregisterMapping(info);
                var before = mappedBefore.get(info);
                if (before != null) {
                    mapping.registerMapping(info, before.getBean(), before.getMethod());
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> answersEveryVectorAsTwilioWouldWant(Sandbox sandbox) throws IOException {
        return vectors()
                .map(vector -> dynamicTest(vector.name(), () -> {
                    signature = new TwilioSignature(List.of(vector.token()), List.of(URI.create(vector.base())));

                    int status = post(sandbox, vector.target(), vector.form(), vector.signature());

                    assertThat(status).as(vector.note()).isEqualTo(status(vector));
                }));
    }

    @Test
    void takesASignatureOfEitherTokenWhileTheyAreRotated(Sandbox sandbox) throws IOException {
        var vector = vectors()
                .filter(each -> each.name().equals("query-correlation-id"))
                .findFirst()
                .orElseThrow();
        var base = List.of(URI.create(vector.base()));

        signature = new TwilioSignature(List.of("the-token-before", vector.token()), base);
        int asSecond = post(sandbox, vector.target(), vector.form(), vector.signature());
        signature = new TwilioSignature(List.of(vector.token(), "the-token-after"), base);
        int asFirst = post(sandbox, vector.target(), vector.form(), vector.signature());
        signature = new TwilioSignature(List.of("the-token-before", "the-token-after"), base);
        int asNeither = post(sandbox, vector.target(), vector.form(), vector.signature());

        assertThat(asSecond).isEqualTo(204);
        assertThat(asFirst).isEqualTo(204);
        assertThat(asNeither).isEqualTo(403);
    }

    private RouteBuilder routes(List<String> paths) {
        Processor signed =
                exchange -> new SignedWebhook(() -> signature, true, new SimpleMeterRegistry()).open(exchange);
        return new RouteBuilder() {
            @Override
            public void configure() {
                for (int n = 0; n < paths.size(); n++) {
                    from("platform-http:" + paths.get(n) + "?httpMethodRestrict=POST&useStreaming=true"
                                    + "&populateBodyWithForm=false&headerFilterStrategy=#headerAllowList")
                            .routeId("vectors-" + n)
                            .process(signed)
                            .filter(variable("signed").isNotNull())
                            .to("bean:httpResponses?method=acknowledge");
                }
            }
        };
    }

    /** Over a socket, byte by byte: a client library would tidy up what is to be tested. */
    private static int post(Sandbox sandbox, String target, byte[] form, String signature) throws IOException {
        var uri = sandbox.uri("/");
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            var request = new ByteArrayOutputStream();
            request.writeBytes(("POST " + target + " HTTP/1.1\r\nHost: internal-host\r\nContent-Type: " + FORM
                            + "\r\nContent-Length: " + form.length + "\r\nX-Twilio-Signature: " + signature
                            + "\r\nConnection: close\r\n\r\n")
                    .getBytes(US_ASCII));
            request.writeBytes(form);
            socket.getOutputStream().write(request.toByteArray());
            String statusLine = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return Integer.parseInt(statusLine.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        }
    }

    private static Stream<SignatureVector> vectors() throws IOException {
        return SignatureVector.all().filter(vector -> vector.target().startsWith("/twilio/"));
    }

    /** HTTP has no fragment: the container turns such a request away before anybody looks at it. */
    private static int status(SignatureVector vector) {
        return vector.expectValid() ? 204 : vector.target().contains("#") ? 400 : 403;
    }
}
