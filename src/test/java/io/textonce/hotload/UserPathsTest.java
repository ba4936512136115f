package io.textonce.hotload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserPathsTest {

    @ParameterizedTest
    @CsvSource({
        "/api/people,                   /api/people,                       true",
        "/api/order-shipped-sms,        /api/{event}-sms,                  true",
        "/api/{event}-sms,              /api/order-shipped-sms,            true",
        "/api/{anything},               /api/people,                       true",
        "/api/*,                        /api/people,                       true",
        "/api/**,                       /api/deliveries/{id}/{action},     true",
        "/api/{*rest},                  /api/deliveries/{id}/{action},     true",
        "/api/deliveries/7/notes,       /api/deliveries/{id}/{action},     true",
        "/api/deliveries/**,            /api/deliveries,                   true",
        "/api/{a}.json,                 /api/{b}-sms,                      true",
        "/api/peoples,                  /api/people,                       false",
        "/api/people/mine,              /api/people,                       false",
        "/api/people,                   /api/people/{id},                  false",
        "/api/order-shipped,            /api/{event}-sms,                  false",
        "/hooks/{id},                   /api/{event}-sms,                  false",
        "/apis/**,                      /api/people,                       false",
    })
    void knowsWhetherTwoPatternsMayMatchOnePath(String one, String other, boolean overlap) {
        assertThat(UserPaths.overlap(one, other)).isEqualTo(overlap);
        assertThat(UserPaths.overlap(other, one)).isEqualTo(overlap);
    }
}
