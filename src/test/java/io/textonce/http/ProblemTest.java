package io.textonce.http;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import net.thisptr.jackson.jq.exception.JsonQueryUserException;
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

    @Test
    void repeatsNoNumberThatIsTheNameOfAField() {
        var schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema("""
                {"additionalProperties": false, "properties": {
                  "total": {"maximum": 100000000},
                  "people": {"propertyNames": {"pattern": "^[a-z]+$"}}, "one": {"unevaluatedProperties": false}}}""");
        var errors = schema.validate("""
                {"total": 100000001, "+15558675310": 1, "people": {"+15558675310": 1}, "one": {"+15558675310": 1}}""", InputFormat.JSON);

        var problem =
                Problem.of(new JsonValidationException(new DefaultExchange(new DefaultCamelContext()), schema, errors));

        assertThat(problem.details()).hasSize(4);
        assertThat(problem.details().get("total")).containsExactly("must have a maximum value of 100000000");
        assertThat(problem.json()).contains("+*******5310").doesNotContain("867531");
    }

    @Test
    void repeatsNoNumberInTheReasonOfAMapping() {
        var problem =
                Problem.of(new JsonQueryUserException(TextNode.valueOf("nobody has +15558675310: ask for another")));

        assertThat(problem.details().get("body")).containsExactly("nobody has +*******5310: ask for another");
    }
}
