package io.textonce.phone;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberToTimeZonesMapper;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.time.ZoneId;
import java.util.List;

/**
 * In which time zones the holder of a number may be: those of its area code where it has one, else all of its country's.
 * Where a phone is carried to is not known.
 */
public final class PhoneTimeZones {

    private static final String NO_REGION = "ZZ";

    private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
    private final PhoneNumberToTimeZonesMapper zones = PhoneNumberToTimeZonesMapper.getInstance();

    /** The zones, or none where the number belongs to no country, as a satellite phone's. */
    public List<ZoneId> of(String e164) {
        try {
            var parsed = numbers.parse(e164, NO_REGION);
            var found = known(zones.getTimeZonesForNumber(parsed));
            // A number that was given to nobody yet, by its first digits: libphonenumber may lag behind.
            return found.isEmpty() ? known(zones.getTimeZonesForGeographicalNumber(parsed)) : found;
        } catch (NumberParseException e) {
            return List.of();
        }
    }

    private static List<ZoneId> known(List<String> names) {
        return names.stream()
                .filter(name -> !name.equals(PhoneNumberToTimeZonesMapper.getUnknownTimeZone()))
                .map(ZoneId::of)
                .toList();
    }
}
