package io.textonce.threats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threat: XML whose entities are files of this machine or grow without end, in every way that a user route reads XML. */
class XmlEntityTest {

    private static final String STYLESHEET = """
            <xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
                <xsl:template match="/"><out><xsl:value-of select="."/></out></xsl:template>
            </xsl:stylesheet>
            """;

    @ParameterizedTest
    @ValueSource(strings = {"saxon", "xpath", "jackson"})
    void areNotResolved(String reader, @TempDir Path folder) throws Exception {
        String secret = Files.writeString(folder.resolve("secret"), "TOP-SECRET")
                .toUri()
                .toString();
        String dtd = Files.writeString(folder.resolve("e.dtd"), "<!ENTITY x \"TOP-SECRET\">")
                .toUri()
                .toString();
        Path stylesheet = Files.writeString(folder.resolve("copy.xsl"), STYLESHEET);
        String tenfold = IntStream.range(1, 12)
                .mapToObj(i -> "<!ENTITY a" + i + " \"" + ("&a" + (i - 1) + ";").repeat(10) + "\">")
                .collect(Collectors.joining());
        try (var camel = new DefaultCamelContext()) {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:saxon").to("xslt-saxon:" + stylesheet.toUri());
                    from("direct:xpath").setBody().xpath("/o/text()", String.class);
                    from("direct:jackson")
                            .unmarshal()
                            .jacksonXml(JsonNode.class)
                            .convertBodyTo(String.class);
                }
            });
            camel.start();
            var routes = camel.createProducerTemplate();
            for (String xml : List.of(
                    "<!DOCTYPE o [<!ENTITY x SYSTEM \"" + secret + "\">]><o>&x;</o>",
                    "<!DOCTYPE o SYSTEM \"" + dtd + "\"><o>&x;</o>",
                    "<!DOCTYPE o [<!ENTITY % p SYSTEM \"" + dtd + "\"> %p;]><o>&x;</o>",
                    "<!DOCTYPE o [<!ENTITY a0 \"TOP-SECRET\">" + tenfold + "]><o>&a11;</o>")) {
                byte[] bytes = xml.getBytes(UTF_8);
                for (Object body : List.of(xml, bytes, new ByteArrayInputStream(bytes))) {
                    assertThat(assertTimeoutPreemptively(
                                    Duration.ofSeconds(10), () -> read(routes, "direct:" + reader, body)))
                            .doesNotContain("TOP-SECRET");
                }
            }
            assertThat(read(routes, "direct:" + reader, "<o>plain</o>")).contains("plain");
        }
    }

    private static String read(ProducerTemplate routes, String uri, Object body) {
        try {
            return String.valueOf(routes.requestBody(uri, body, String.class));
        } catch (CamelExecutionException rejected) {
            return "";
        }
    }
}
