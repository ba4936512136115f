package io.textonce.hotload;

import java.io.IOException;
import java.net.URI;
import javax.xml.transform.Source;
import javax.xml.transform.TransformerException;
import javax.xml.transform.URIResolver;
import javax.xml.transform.stream.StreamSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.xslt.XsltUriResolver;
import org.apache.camel.component.xslt.XsltUriResolverFactory;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Resolver of stylesheets by the scheme of all other files, {@code textonce:}, and of those that they import. Camel's own
 * knows a few schemes and takes any other for a path.
 */
@Component
final class Stylesheets implements XsltUriResolverFactory {

    private static final String SCHEME = BundleFiles.SCHEME + ":";

    @Override
    public URIResolver createUriResolver(CamelContext camel, String resourceUri) {
        var others = new XsltUriResolver(camel, resourceUri);
        return (href, base) -> {
            String location = location(href, base);
            return location == null ? others.resolve(href, base) : source(camel, location);
        };
    }

    /** Returns the location of a file of ours, or null. */
    private static @Nullable String location(String href, @Nullable String base) {
        if (href.startsWith(SCHEME)) {
            return href;
        }
        return base != null && base.startsWith(SCHEME)
                ? SCHEME + URI.create(base.substring(SCHEME.length())).resolve(href)
                : null;
    }

    private static Source source(CamelContext camel, String location) throws TransformerException {
        try {
            return new StreamSource(ResourceHelper.resolveMandatoryResourceAsInputStream(camel, location), location);
        } catch (IOException e) {
            throw new TransformerException(e);
        }
    }
}
