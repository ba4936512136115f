package io.textonce.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldNamesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String SCHEMA = """
            {"required": ["note"], "allOf": [{"$ref": "#/definitions/tree"}], "properties": {
               "note": {}, "place": {"properties": {"cityName": {}}}, "send_at": {},
               "stops": {"type": "array", "items": {"required": ["at"], "properties": {"at": {}, "doorCode": {}}}}},
             "definitions": {"tree": {"properties": {"child": {"$ref": "#/definitions/tree"}, "leafCount": {}}}}}""";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"Note":1}                                    | Note
            {"leaf_count":1}                              | leaf_count
            {"place":{"city name":1}}                     | city name
            {"stops":[{"at":1},{"door-code":1}]}          | door-code
            {"child":{"child":{"child":{"LeafCount":1}}}} | LeafCount
            {"phone\u200b":1}                             | phone\u200b
            {"SENDAT":1}                                  | SENDAT
            """)
    void refusesNearlyTheNameOfAField(String event, String written) throws JsonProcessingException {
        assertThatThrownBy(() -> checked(event))
                .asInstanceOf(type(EventRejected.class))
                .satisfies(rejection -> assertThat(rejection.details()).containsOnlyKeys(written));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"send_at":1}                    | {"send_at":1}
            {"notes":1,"place":{"phone-":1}} | {"notes":1,"place":{"phone-":1}}
            {"note":null,"place":null}       | {"note":null}
            {"stops":[{"at":null,"x":null}]} | {"stops":[{"at":null}]}
            {"tree":null,"leafCount":null}   | {}
            """)
    void takesAwayWhatIsNullAndNotRequired(String event, String checked) throws JsonProcessingException {
        assertThat(checked(event)).isEqualTo(JSON.readTree(checked));
    }

    private static JsonNode checked(String event) throws JsonProcessingException {
        var tree = JSON.readTree(event);
        new FieldNames(JSON.readTree(SCHEMA)).check(tree);
        return tree;
    }
}
