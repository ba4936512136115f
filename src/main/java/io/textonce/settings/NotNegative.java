package io.textonce.settings;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.NotNull;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Constraint of a duration that must be there, not below zero, and a hundred years at most: more overflows in PostgreSQL. */
@NotNull
@DurationMin(nanos = 0)
@DurationMax(days = 36_500)
@ReportAsSingleViolation
@Constraint(validatedBy = {})
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@interface NotNegative {

    String message() default TextOnceProperties.DURATION;

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
