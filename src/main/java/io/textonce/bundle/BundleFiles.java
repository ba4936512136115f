package io.textonce.bundle;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceResolverSupport;

/**
 * Finds the file that a route calls {@code textonce:schemas/order-shipped.schema.json}, in the same words wherever it
 * lies: in the integrator's folder, else among the shipped ones. A shipped kamelet can't be replaced: the road to Twilio
 * hangs on it.
 */
final class BundleFiles extends ResourceResolverSupport {

    static final String SCHEME = "textonce";
    static final String KAMELETS = "kamelets/";

    private final String home;
    private final String own;

    BundleFiles(CamelContext camel, String home, String own) {
        super(SCHEME);
        setCamelContext(camel);
        this.home = home;
        this.own = own;
    }

    @Override
    protected Resource createResource(String location, String path) {
        var shipped = shipped(path);
        if (own.isEmpty() || path.startsWith(KAMELETS) && shipped.exists()) {
            return shipped;
        }
        Path file = Path.of(own).resolve(path);
        return Files.isRegularFile(file) ? load("file:" + file.toAbsolutePath()) : shipped;
    }

    Resource shipped(String path) {
        return load(home + "/" + path);
    }

    private Resource load(String location) {
        return PluginHelper.getResourceLoader(getCamelContext()).resolveResource(location);
    }
}
