package io.textonce.http;

import java.util.Collection;
import org.springframework.security.core.GrantedAuthority;

/** Permission to send an event, as an authority: {@code event:NAME}, or {@code event:*} for all. */
public final class SendPermission {

    public static final String PREFIX = "event:";
    public static final String ALL = PREFIX + "*";

    private SendPermission() {}

    /** Returns whether one of the authorities permits to send an event. */
    public static boolean isGranted(Collection<? extends GrantedAuthority> authorities, String event) {
        return authorities.stream()
                .map(GrantedAuthority::getAuthority)
                .anyMatch(held -> held.equals(ALL) || held.equals(PREFIX + event));
    }
}
