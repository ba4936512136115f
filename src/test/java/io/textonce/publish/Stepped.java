package io.textonce.publish;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Thread whose statements are executed one at a time, each when a test lets it: so a test chooses what happens in between.
 * Each statement is a transaction of its own.
 */
final class Stepped extends DelegatingDataSource {

    private final UnaryOperator<String> statements;
    private final Semaphore allowed = new Semaphore(0);
    private final Semaphore arrived = new Semaphore(0);
    private volatile boolean isFree;

    /** @param statements what is executed in place of a statement */
    Stepped(DataSource dataSource, UnaryOperator<String> statements) {
        super(dataSource);
        this.statements = statements;
    }

    Thread start(Runnable work) {
        var thread = new Thread(
                () -> {
                    work.run();
                    isFree = true;
                    arrived.release();
                },
                "stepped");
        thread.setDaemon(true);
        thread.start();
        await(arrived);
        return thread;
    }

    /** Lets the thread execute one statement, and waits until it arrives at the next one. */
    void step() {
        if (!isFree) {
            allowed.release();
            await(arrived);
        }
    }

    /** Lets the thread go on by itself. */
    void free() {
        isFree = true;
        allowed.release();
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!isFree) {
            arrived.release();
            await(allowed);
        }
        var connection = super.getConnection();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        arguments[0] = statements.apply((String) arguments[0]);
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void await(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The other thread does not go on");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
