package io.textonce.hotload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PackageScanResourceResolver;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.scan.DefaultPackageScanResourceResolver;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Directory scan for the route files on the class path, by the index of the jar. Camel's own for Spring Boot decompresses
 * every library in the packaged jar, once for each pattern of {@code routes-include-pattern}: half of a start.
 */
@Component
final class ShippedFilesScan extends DefaultPackageScanResourceResolver {

    ShippedFilesScan(CamelContext camel) {
        setCamelContext(camel);
        camel.getCamelContextExtension().addContextPlugin(PackageScanResourceResolver.class, this);
    }

    @Override
    protected void findInClasspath(
            String folder, Set<Resource> resources, String pattern, @Nullable Predicate<String> filter) {
        String root = folder.endsWith("/") ? folder : folder + "/";
        var loader = PluginHelper.getResourceLoader(getCamelContext());
        var files = new PathMatchingResourcePatternResolver(getCamelContext().getApplicationContextClassLoader());
        try {
            for (var file : files.getResources("classpath*:" + root + pattern)) {
                String address = file.getURL().toString();
                String name = root + address.substring(address.lastIndexOf("/" + root) + root.length() + 1);
                if (filter == null || filter.test(name)) {
                    resources.add(loader.resolveResource("classpath:" + name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
