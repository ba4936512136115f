package io.textonce.phone;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberToTimeZonesMapper;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Time zones of a number: those of its area code if it has one, else all of its country's. The current location of the
 * phone is unknown.
 */
public final class PhoneTimeZones {

    private static final String NO_REGION = "ZZ";

    private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
    private final PhoneNumberToTimeZonesMapper zones = PhoneNumberToTimeZonesMapper.getInstance();

    /** Returns the zones, or none if the number belongs to no country, as a satellite phone's. */
    public List<ZoneId> of(String e164) {
        try {
            var parsed = numbers.parse(e164, NO_REGION);
            var found = sharesCallingCode(parsed) ? List.<ZoneId>of() : known(zones.getTimeZonesForNumber(parsed));
            // An unassigned number, by its first digits: libphonenumber may lag behind.
            return found.isEmpty() ? known(zones.getTimeZonesForGeographicalNumber(parsed)) : found;
        } catch (NumberParseException e) {
            return List.of();
        }
    }

    /**
     * Returns whether the number is of a smaller country with the calling code of a larger one, such as Jamaica. Of a mobile
     * there libphonenumber returns the zones of all countries of the code; its first digits are those of the country.
     */
    private boolean sharesCallingCode(PhoneNumber number) {
        String region = numbers.getRegionCodeForNumber(number);
        return region != null && !region.equals(numbers.getRegionCodeForCountryCode(number.getCountryCode()));
    }

    private static List<ZoneId> known(List<String> names) {
        return names.stream()
                .filter(name -> !name.equals(PhoneNumberToTimeZonesMapper.getUnknownTimeZone()))
                .map(PhoneTimeZones::known)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the zone of a name, or null if this Java does not know it: the name may be of newer data. */
    public static @Nullable ZoneId known(@Nullable String name) {
        try {
            return name == null ? null : ZoneId.of(name);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
