package io.textonce.hotload;

import io.textonce.settings.TextOnceProperties;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.engine.DefaultResourceLoader;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceResolverSupport;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Resolver of {@code textonce:schemas/order-shipped.schema.json} and the like: the user's folder first, then the
 * shipped files. Only schemas and templates can be overridden: they belong to an event, everything else is the send
 * flow.
 */
@Component(DefaultResourceLoader.RESOURCE_LOADER_KEY_PREFIX + BundleFiles.SCHEME)
final class BundleFiles extends ResourceResolverSupport {

    static final String SCHEME = "textonce";
    static final String KAMELETS = "kamelets/";
    static final String SQL = "sql/";

    private final String home;
    private final String own;

    @Autowired
    BundleFiles(CamelContext camel, TextOnceProperties settings) {
        this(camel, settings.home(), settings.routes());
    }

    BundleFiles(CamelContext camel, String home, String own) {
        super(SCHEME);
        setCamelContext(camel);
        this.home = home;
        this.own = own;
    }

    @Override
    protected Resource createResource(String location, String path) {
        var shipped = shipped(path);
        boolean mayReplace = path.startsWith("schemas/") || path.startsWith("templates/");
        if (own.isEmpty() || !mayReplace && shipped.exists()) {
            return shipped;
        }
        Path file = Path.of(own).resolve(path);
        return Files.isRegularFile(file) ? load("file:" + file.toAbsolutePath()) : shipped;
    }

    Resource shipped(String path) {
        return load(home + "/" + path);
    }

    /** Returns the name of a file for route authors: its path in its folder. */
    String nameOf(String location) {
        if (isOwn(location)) {
            return location.substring(ownPrefix().length());
        }
        String folder = home.substring(home.indexOf(':') + 1) + "/";
        int at = location.lastIndexOf(folder);
        return at < 0 ? location : location.substring(at + folder.length());
    }

    boolean isOwn(String location) {
        return !own.isEmpty() && location.startsWith(ownPrefix());
    }

    private String ownPrefix() {
        return "file:" + Path.of(own).toAbsolutePath() + "/";
    }

    private Resource load(String location) {
        return PluginHelper.getResourceLoader(getCamelContext()).resolveResource(location);
    }
}
