package io.textonce.peer;

import java.util.Properties;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Single connection that can't write, for a command. */
public final class ReadOnlyConnection extends SingleConnectionDataSource {

    public ReadOnlyConnection(DataSourceProperties database) {
        super(database.determineUrl(), database.determineUsername(), database.determinePassword(), true);
        var session = new Properties();
        session.setProperty("options", "-c default_transaction_read_only=on");
        setConnectionProperties(session);
    }
}
