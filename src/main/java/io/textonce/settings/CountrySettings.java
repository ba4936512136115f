package io.textonce.settings;

import io.textonce.phone.Countries;
import jakarta.validation.constraints.Pattern;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Countries that may get messages.
 *
 * @param allowed countries of recipients, in two letters, such as US,DE; all if empty, else premium and satellite only by name
 * @param denied countries and kinds of numbers that never get messages: premium, satellite
 */
public record CountrySettings(
        @DefaultValue Set<@Pattern(regexp = Countries.FORM, message = FORM) String> allowed,
        @DefaultValue Set<@Pattern(regexp = Countries.FORM, message = FORM) String> denied) {

    static final String FORM = "must be countries in two letters such as US,DE, or premium or satellite";
    static final String SIGNED = FORM + "; a hyphen before one denies it, such as -FR";
}
