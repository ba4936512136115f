package io.textonce.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseFileTest {

    private static final String CASE = """
            name: it is texted
            when:
              - post: order-shipped
                body:
                  eventId: $id
                  phone: $phone
              - publish: order-shipped
            then:
              texts:
                - to: $phone
                  text: Hello
            """;

    @Test
    void putsUnusedIdsAndNumbersInAndRepeatsTheBody() {
        var read = new CaseFile(CASE, name -> name.equals("$id") ? "e-1" : "+1555");

        assertThat(read.steps())
                .extracting(step -> step.get("body").toString())
                .containsOnly("{\"eventId\":\"e-1\",\"phone\":\"+1555\"}");
        assertThat(read.then().at("/texts/0/to").asText()).isEqualTo("+1555");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            then:                | thn:             | the case has no thn; known are given, name, then, when
            name: it is texted   | name: ''         | name is missing: say what is true, as a sentence
            - post:              | - pots:          | a step of when has no pots; known are body, charset, drop, post, publish, sql, times
            body:                | bdy:             | a step of when has no bdy; known are body, charset, drop, post, publish, sql, times
            texts:               | text:            | then has no text; known are answers, rejected, segments, status, texts
            - publish: order-shipped | - times: 2   | a step of when needs one of post, publish or drop, with an event's name
            name: it             | name: [it        | is not YAML
            - publish: order-shipped | - {publish: order-shipped, times: twice} | times must be a number from 1
            - publish: order-shipped | - {publish: order-shipped, times: 0} | times must be a number from 1
            - publish: order-shipped | - {drop: order-shipped, charset: latin-99} | charset is that of a drop, such as windows-1252
            - publish: order-shipped | - {post: order-shipped, charset: UTF-8} | charset is that of a drop, such as windows-1252
            text: Hello          | txt: Hello       | a message of texts has no txt; known are text, to
            then:                | then: {texts: none, answers: [202]} | texts must be a list of messages, each with to and text; [] for none
            then:                | then: {answers: 202} | answers must be a list of HTTP statuses, such as [202, 200]
            """)
    void saysWhatIsWrong(String good, String bad, String words) {
        String text = CASE.replace(good, bad).replaceFirst("(?s)(then: \\{.*?}\n).*", "$1");

        assertThatThrownBy(() -> new CaseFile(text, name -> name)).hasMessageContaining(words);
    }
}
