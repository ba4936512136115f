package io.textonce.peer;

import io.textonce.settings.InvalidSettings;
import java.util.List;
import java.util.Properties;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Single connection that can't write, for a command. */
public final class ReadOnlyConnection extends SingleConnectionDataSource {

    public ReadOnlyConnection(DataSourceProperties database) {
        super(url(database), database.determineUsername(), database.determinePassword(), true);
        var session = new Properties();
        session.setProperty("options", "-c default_transaction_read_only=on");
        setConnectionProperties(session);
    }

    private static String url(DataSourceProperties database) {
        if (database.getUrl() == null) {
            throw new InvalidSettings(List.of("SPRING_DATASOURCE_URL is missing"));
        }
        return database.getUrl();
    }
}
