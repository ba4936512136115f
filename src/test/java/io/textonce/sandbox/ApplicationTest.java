package io.textonce.sandbox;

import io.textonce.TextOnce;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apache.camel.test.spring.junit5.CamelSpringBootExecutionListener;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.junit.jupiter.api.Tag;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestExecutionListeners;
import org.springframework.test.context.support.DependencyInjectionTestExecutionListener;
import org.springframework.test.context.support.DirtiesContextTestExecutionListener;

/**
 * A test of the whole application. Of Spring's listeners it has those that its tests need: the others search all beans
 * for mocks, four times for each test.
 */
@Target(ElementType.ANNOTATION_TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("application")
@CamelSpringBootTest
@SpringBootTest(classes = TextOnce.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@TestExecutionListeners({
    DependencyInjectionTestExecutionListener.class,
    CamelSpringBootExecutionListener.class,
    DirtiesContextTestExecutionListener.class
})
@interface ApplicationTest {}
