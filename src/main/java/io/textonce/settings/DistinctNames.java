package io.textonce.settings;

import static java.util.stream.Collectors.toSet;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Constraint of a list of {@code NAME=VALUE} in which no name is twice, nor a value without a name. */
@Constraint(validatedBy = DistinctNames.Rule.class)
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@interface DistinctNames {

    String message();

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Comparison of what stands before the equals signs. */
    final class Rule implements ConstraintValidator<DistinctNames, List<String>> {

        @Override
        public boolean isValid(@Nullable List<String> pairs, ConstraintValidatorContext context) {
            return pairs == null
                    || pairs.stream().map(Rule::name).collect(toSet()).size() == pairs.size();
        }

        private static String name(String pair) {
            return pair.substring(0, Math.max(0, pair.indexOf('=')));
        }
    }
}
