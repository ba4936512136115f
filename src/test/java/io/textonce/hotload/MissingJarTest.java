package io.textonce.hotload;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.CamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissingJarTest {

    @ParameterizedTest
    @CsvSource({
        "component kafka, camel-kafka",
        "component sftp, camel-ftp",
        "language hl7terser, camel-hl7",
        "data format bindyCsv, camel-bindy",
        "data format avro-jackson, camel-jackson-avro"
    })
    void namesTheJarItsVersionAndTheCommandThatAddsIt(String missing, String jar) {
        String version = CamelContext.class.getPackage().getImplementationVersion();

        assertThat(MissingJar.fill("there is no " + missing + "; " + MissingJar.ADVICE))
                .isEqualTo("there is no " + missing + "; put " + jar + "-" + version
                        + ".jar and the jars it needs into the folder lib (java -jar textonce.jar add " + jar
                        + "), and start again");
    }
}
