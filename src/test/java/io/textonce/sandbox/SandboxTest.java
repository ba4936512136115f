package io.textonce.sandbox;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/**
 * A test of the whole application with real peers around it. A test method may ask for the {@link Sandbox}. The
 * application and its peers serve all such tests of a run: a test uses event ids and numbers of its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ApplicationTest
@ContextConfiguration(initializers = Sandbox.Initializer.class)
@Import(SandboxConfiguration.class)
@ExtendWith({Sandbox.Parameter.class, StateOnTimeout.class})
public @interface SandboxTest {}
