package io.textonce.hotload;

import io.textonce.event.LineError;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.Resource;
import org.jspecify.annotations.Nullable;

/** Guard of names: a user route file may not use a name of another file or of TextOnce. */
final class NameGuard {

    private final ModelCamelContext camel;
    private final BundleFiles files;
    private final UserBeans beans;

    NameGuard(ModelCamelContext camel, BundleFiles files, UserBeans beans) {
        this.camel = camel;
        this.files = files;
        this.beans = beans;
    }

    /** @throws LineError naming both files */
    void check(RouteFile file) {
        for (var name : file.names()) {
            String holder = holder(name);
            if (holder != null && !holder.equals(file.location())) {
                String where = holder.isEmpty() ? "" : " in " + files.nameOf(holder);
                throw new LineError(
                        name.line(),
                        "there is " + (files.isOwn(holder) ? "another " : "a shipped ") + name.kind() + " "
                                + name.name() + where + "; choose another name");
            }
        }
    }

    /** Returns the location of a name: null if it is free, empty if it is in no file. */
    private @Nullable String holder(RouteFile.Name name) {
        return switch (name.kind()) {
            case "route" -> {
                var route = camel.getRouteDefinition(name.name());
                yield route == null ? null : location(route.getResource());
            }
            case RouteFile.POLICY ->
                camel.getRouteConfigurationDefinitions().stream()
                        .filter(configuration -> name.name().equals(configuration.getId()))
                        .map(configuration -> location(configuration.getResource()))
                        .findFirst()
                        .orElse(null);
            default -> {
                String own = beans.fileOf(name.name());
                yield own != null || camel.getRegistry().lookupByName(name.name()) == null ? own : "";
            }
        };
    }

    private static String location(@Nullable Resource resource) {
        return resource == null ? "" : resource.getLocation();
    }
}
