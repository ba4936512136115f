package io.textonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.hotload.ReplacedPaths;
import io.textonce.hotload.UserRoutes;
import io.textonce.peer.Activity;
import io.textonce.settings.TextOnceProperties;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

/** Registration of {@link AdmissionControl} behind authentication: an unknown caller takes no slot from a known one. */
@Component
final class AdmissionFilter extends FilterRegistrationBean<AdmissionControl> {

    AdmissionFilter(
            TextOnceProperties settings,
            MeterRegistry meters,
            ObjectProvider<CamelContext> camel,
            ObjectProvider<UserRoutes> userRoutes,
            Activity activity,
            ReplacedPaths replaced) {
        // Made when the first request comes: the web server, and this filter with it, comes before them.
        var context = SingletonSupplier.of(camel::getObject);
        var routes = SingletonSupplier.of(userRoutes::getObject);
        setFilter(new AdmissionControl(
                settings.http(),
                meters,
                () -> context.obtain().isStarted() && routes.obtain().isLoaded(),
                activity,
                replaced));
        setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 1);
        setAsyncSupported(true);
    }
}
