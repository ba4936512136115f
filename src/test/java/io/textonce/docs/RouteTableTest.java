package io.textonce.docs;

import io.textonce.lint.Bundle;
import io.textonce.lint.RouteRows;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/routes.md lists every shipped route with what it reads and where it writes. */
class RouteTableTest {

    @Test
    void listsEveryRoute() throws IOException {
        new GeneratedTable(Path.of("docs/routes.md"), "# Routes").hasRows(RouteRows.of(Bundle.read()));
    }
}
