package io.textonce.http;

import org.apache.catalina.core.StandardHost;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** Settings of the servlet container: its own errors are problems, too, and slow bodies are given up. */
@Component
final class ServletContainer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    @Override
    public void customize(TomcatServletWebServerFactory tomcat) {
        tomcat.addContextCustomizers(context ->
                ((StandardHost) context.getParent()).setErrorReportValveClass(ContainerProblems.class.getName()));
        // A client that stops in the middle of a body is given up; while it waits for its turn it is not.
        tomcat.addConnectorCustomizers(connector -> {
            connector.setProperty("disableUploadTimeout", "false");
            connector.setProperty("connectionUploadTimeout", "5000");
            // The rest of a body is skipped for a moment by a filter, then no longer waited for.
            connector.setProperty("maxSwallowSize", "0");
            // A caller that waits for a word before its body gets the response to a rejected request instead.
            connector.setProperty("continueResponseTiming", "onRead");
        });
    }
}
