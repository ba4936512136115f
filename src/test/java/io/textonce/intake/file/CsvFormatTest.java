package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;

@SandboxTest
class CsvFormatTest {

    @Test
    void skipsAByteOrderMarkInAUserRoute(Sandbox sandbox) throws IOException {
        try (var route = new UserRoutesFile(sandbox, "csv-mapping", """
                - route:
                    id: csv-mapping
                    routeConfigurationId: to-caller
                    from:
                      uri: direct
                      parameters:
                        name: csv-mapping
                      steps:
                        - unmarshal:
                            csv:
                              delimiter: ;
                              useMaps: true
                """)) {
            route.awaitRoute("csv-mapping");
            Object expected = List.of(Map.of("eventId", "order-1", "name", "Müller"));
            var caller = sandbox.context().getBean(ProducerTemplate.class);

            for (String mark : List.of("", "\uFEFF")) {
                byte[] file = (mark + "eventId;name\norder-1;Müller\n").getBytes(StandardCharsets.UTF_8);

                assertThat(caller.requestBody("direct:csv-mapping", file)).isEqualTo(expected);
                assertThat(caller.requestBody("direct:csv-mapping", new String(file, StandardCharsets.UTF_8)))
                        .isEqualTo(expected);
            }
        }
    }
}
