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

/** Constraint of a duration that must be there: a millisecond at least, as schedulers need, and a hundred years at most. */
@NotNull
@DurationMin(millis = 1)
@DurationMax(days = 36_500)
@ReportAsSingleViolation
@Constraint(validatedBy = {})
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@interface AboveZero {

    String message() default TextOnceProperties.DURATION;

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
