package io.textonce.hotload;

import io.textonce.settings.ReservedPaths;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.apache.camel.model.ModelCamelContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * HTTP engine that keeps user routes off the paths of TextOnce, and off each other's: Spring MVC maps a path to the
 * route registered last, and when that one is removed, to none. The routes run on the container's threads: admission
 * control bounds them, and no request waits in a queue behind it.
 */
@Component("platform-http-engine")
final class UserPaths extends SpringBootPlatformHttpEngine {

    private static final Pattern VARIABLE = Pattern.compile("\\{[^}]*}|\\*+");

    private final BundleFiles files;
    private final ReplacedPaths replaced;
    private final List<String> shipped = new CopyOnWriteArrayList<>();

    UserPaths(@Value("${server.port}") int port, BundleFiles files, ReplacedPaths replaced) {
        super(port, Runnable::run);
        this.files = files;
        this.replaced = replaced;
    }

    /** Checks the path of a user route; those start when Camel runs, the shipped ones with it. */
    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        var camel = (ModelCamelContext) endpoint.getCamelContext();
        if (camel.isStarted()) {
            check(endpoint, camel);
            replaced.add(pattern(endpoint));
        } else {
            shipped.add(pattern(endpoint));
        }
        return super.createConsumer(endpoint, processor);
    }

    private void check(PlatformHttpEndpoint endpoint, ModelCamelContext camel) {
        String path = pattern(endpoint);
        if (ReservedPaths.contain(path) && !path.startsWith("/api/") && !path.startsWith("/twilio/")) {
            throw new IllegalArgumentException("the path " + path + " is reserved for TextOnce");
        }
        shipped.stream().filter(taken -> overlap(path, taken)).findFirst().ifPresent(taken -> {
            throw taken(path, consumers(camel).filter(route -> pattern(route).equals(taken)), camel);
        });
        var others = consumers(camel)
                .filter(route -> route.getConsumer() != null
                        && camel.getRouteController()
                                .getRouteStatus(route.getId())
                                .isStarted())
                .filter(route -> pattern(route).equals(path))
                .filter(route -> shareMethod(endpoint, (PlatformHttpEndpoint) route.getEndpoint()))
                .toList();
        if (!others.isEmpty()) {
            throw taken(path, others.stream(), camel);
        }
    }

    private static Stream<Route> consumers(ModelCamelContext camel) {
        return camel.getRoutes().stream().filter(route -> route.getEndpoint() instanceof PlatformHttpEndpoint);
    }

    private IllegalArgumentException taken(String path, Stream<Route> holders, ModelCamelContext camel) {
        String file = holders.findFirst()
                .map(holder -> file(holder, camel))
                .map(name -> " by " + name)
                .orElse("");
        return new IllegalArgumentException("the path " + path + " is served" + file + " already; choose another");
    }

    /** Returns the file of a route; for a kamelet's route, the file that uses it. */
    private @Nullable String file(Route holder, ModelCamelContext camel) {
        var user = camel.getRoutes().stream()
                .filter(route -> route.getEndpoint() instanceof KameletEndpoint kamelet
                        && kamelet.getRouteId().equals(holder.getId()))
                .findFirst()
                .orElse(holder);
        var definition = camel.getRouteDefinition(user.getId());
        return definition == null || definition.getResource() == null
                ? null
                : files.nameOf(definition.getResource().getLocation());
    }

    private static String pattern(Route route) {
        return pattern((PlatformHttpEndpoint) route.getEndpoint());
    }

    static String pattern(PlatformHttpEndpoint endpoint) {
        String path = "/" + endpoint.getPath().replaceAll("^/+|/+$", "");
        return endpoint.isMatchOnUriPrefix() ? path + "/**" : path;
    }

    private static boolean shareMethod(PlatformHttpEndpoint one, PlatformHttpEndpoint other) {
        return one.getHttpMethodRestrict() == null
                || other.getHttpMethodRestrict() == null
                || Stream.of(one.getHttpMethodRestrict().split(","))
                        .anyMatch(List.of(other.getHttpMethodRestrict().split(","))::contains);
    }

    /** Returns whether a path may match both patterns; of two segments with variables that is assumed. */
    static boolean overlap(String one, String other) {
        String[] some = one.split("/");
        String[] others = other.split("/");
        for (int i = 0; i < Math.max(some.length, others.length); i++) {
            String segment = i < some.length ? some[i] : null;
            String against = i < others.length ? others[i] : null;
            if (isRest(segment) || isRest(against)) {
                return true;
            }
            if (segment == null || against == null || !fits(segment, against) && !fits(against, segment)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRest(@Nullable String segment) {
        return segment != null && (segment.equals("**") || segment.startsWith("{*"));
    }

    private static boolean fits(String pattern, String segment) {
        if (VARIABLE.matcher(pattern).find() && VARIABLE.matcher(segment).find()) {
            return true;
        }
        var regex = new StringBuilder();
        int from = 0;
        for (Matcher variable = VARIABLE.matcher(pattern); variable.find(); from = variable.end()) {
            regex.append(Pattern.quote(pattern.substring(from, variable.start())))
                    .append(".*");
        }
        return segment.matches(
                regex.append(Pattern.quote(pattern.substring(from))).toString());
    }
}
