package io.textonce.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventTest {

    private static final String EVENT = """
            {"specversion":"1.0","type":"com.example.order-shipped.v1","source":"/shop/berlin","id":"A-1",
             "datacontenttype":"application/json","data":{"orderId":"7","price":1.10}}""";

    @Test
    void namesItsEventAndKeepsItsData() {
        var event = structured(EVENT);

        assertThat(event.event()).isEqualTo("order-shipped");
        assertThat(new String(event.json(), StandardCharsets.UTF_8))
                .isEqualTo("{\"orderId\":\"7\",\"price\":1.10,\"eventId\":\""
                        + CloudEvent.eventId("/shop/berlin", "A-1") + "\"}");
    }

    @Test
    void readsDataInBase64() {
        String data = Base64.getEncoder()
                .encodeToString("{\"orderId\":\"7\",\"price\":1.10}".getBytes(StandardCharsets.UTF_8));

        var event = structured(
                EVENT.replace("\"data\":{\"orderId\":\"7\",\"price\":1.10}", "\"data_base64\":\"" + data + "\""));

        assertThat(event.json()).isEqualTo(structured(EVENT).json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "true", "{}", "\"?\""})
    void refusesDataThatIsNoBase64(String base64) {
        String event = EVENT.replace("\"data\":{\"orderId\":\"7\",\"price\":1.10}", "\"data_base64\":" + base64);

        assertThatThrownBy(() -> structured(event)).isInstanceOf(EventRejected.class);
    }

    @Test
    void isOneEventAndNoList() {
        assertThatThrownBy(() -> structured("[" + EVENT + "]"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason())
                                .isEqualTo("body: must be a JSON object: one CloudEvent"));
    }

    @Test
    void refusesDataInBothForms() {
        String event = EVENT.replace("\"data\":", "\"data_base64\":\"e30=\",\"data\":");

        assertThatThrownBy(() -> structured(event)).isInstanceOf(EventRejected.class);
    }

    @Test
    void takesNullInAnOptionalAttributeForAnAbsentOne() {
        var event = structured(EVENT.replace("\"data\":", "\"data_base64\":null,\"dataschema\":null,\"data\":"));

        assertThat(event.json()).isEqualTo(structured(EVENT).json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"})
    void isStructuredInAnySpellingOfItsMediaType(String mediaType) {
        assertThat(CloudEvent.isStructured(mediaType)).isTrue();
        assertThat(CloudEvent.isStructured("application/JSON")).isFalse();
        assertThat(CloudEvent.isStructured(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {" A-1", "A-1\u00a0", "\ufeffA-1", "\u200bA-1\u200e"})
    void hasOneKeyHoweverItsIdAndItsSourceArePadded(String id) {
        var padded = structured(
                EVENT.replace("\"A-1\"", "\"" + id + "\"").replace("/shop/berlin", id.replace("A-1", "/shop/berlin")));

        assertThat(padded.json()).isEqualTo(structured(EVENT).json());
        assertThat(padded.id()).isEqualTo("A-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"A\\t1", "A\u00a01", "A\u200b1", "A\u202e1"})
    void refusesAnInvisibleCharacterInItsId(String id) {
        assertThatThrownBy(() -> structured(EVENT.replace("A-1", id)))
                .asInstanceOf(type(EventRejected.class))
                .extracting(rejection -> rejection.details().keySet())
                .isEqualTo(Set.of("id"));
    }

    @ParameterizedTest
    @CsvSource({
        "order-shipped, order-shipped",
        "com.example.order-shipped, order-shipped",
        "com.example.order-shipped.v12, order-shipped",
    })
    void takesTheLastPartOfATypeForItsEvent(String type, String event) {
        assertThat(CloudEvent.eventOf(type)).isEqualTo(event);
    }

    @Test
    void hasAKeyOfItsOwnForEverySourceAndId() {
        assertThat(CloudEvent.eventId("/a", "1")).isEqualTo(CloudEvent.eventId("/a", "1"));
        assertThat(CloudEvent.eventId("/a", "1"))
                .startsWith("1@")
                .hasSize(18)
                .isNotEqualTo(CloudEvent.eventId("/b", "1"))
                .isNotEqualTo(CloudEvent.eventId("/a", "2"));
        assertThat(CloudEvent.eventId("/a", "x".repeat(300))).hasSize(81);
        assertThat(CloudEvent.eventId("/a", "a/b")).doesNotContain("/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1.0                        | 0.3             | specversion
            "type":                    | "typ":          | type
            "source":                  | "sauce":        | source
            "id":                      | "ident":        | id
            application/json           | text/xml        | datacontenttype
            {"orderId":"7","price":1.10} | "text"        | data
            "orderId":                 | "eventId":      | eventId
            """)
    void saysWhatIsWrong(String good, String bad, String field) {
        assertThatThrownBy(() -> structured(EVENT.replace(good, bad)))
                .asInstanceOf(type(EventRejected.class))
                .extracting(rejection -> rejection.details().keySet())
                .isEqualTo(Set.of(field));
    }

    private static CloudEvent structured(String json) {
        return CloudEvent.structured(json.getBytes(StandardCharsets.UTF_8));
    }
}
