package io.textonce.http;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import org.apache.camel.component.jsonvalidator.JsonValidationException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;

class ProblemTest {

    @Test
    void refusesForGoodWhatTheDatabaseWillNeverStore() {
        var problem = Problem.of(new DataIntegrityViolationException("22008: timestamp out of range"));

        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.error()).isEqualTo("not_storable");
        assertThat(problem.retryLater()).isFalse();
        assertThat(problem.json()).doesNotContain("22008");
    }

    @Test
    void isTriedAgainWhenAnotherHasMadeTheRow() {
        assertThat(Problem.of(new DuplicateKeyException("23505")).retryLater()).isTrue();
    }

    @Test
    void namesThePlaceOfAnErrorBelowAFieldWithoutItsNumbers() {
        var schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema("""
                {"required": ["day"], "properties": {
                  "legs": {"items": {"required": ["to"]}}, "people": {"additionalProperties": {"type": "string"}}}}""");
        var errors = schema.validate(
                "{\"legs\": [{\"to\": \"B\"}, {}], \"people\": {\"+15558675310\": 1}}", InputFormat.JSON);

        var problem =
                Problem.of(new JsonValidationException(new DefaultExchange(new DefaultCamelContext()), schema, errors));

        assertThat(problem.details().get("legs")).containsExactly("legs[1]: required property 'to' not found");
        assertThat(problem.details().get("day")).containsExactly("required property 'day' not found");
        assertThat(problem.details().get("people"))
                .singleElement(as(STRING))
                .startsWith("people")
                .endsWith(": integer found, string expected")
                .doesNotContain("867531");
    }
}
