package io.textonce.sandbox;

import java.nio.file.Path;
import java.util.List;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.WritePermission;

/** FTP server of one user, in this process. */
public final class FtpForTests implements AutoCloseable {

    private final FtpServer server;
    private final int port;

    private FtpForTests(Path home, String user, String password) throws FtpException {
        var listeners = new ListenerFactory();
        listeners.setServerAddress("127.0.0.1");
        listeners.setPort(0);
        var listener = listeners.createListener();
        var account = new BaseUser();
        account.setName(user);
        account.setPassword(password);
        account.setHomeDirectory(home.toString());
        account.setAuthorities(List.of(new WritePermission()));
        var factory = new FtpServerFactory();
        factory.addListener("default", listener);
        factory.getUserManager().save(account);
        server = factory.createServer();
        server.start();
        port = listener.getPort();
    }

    public static FtpForTests start(Path home, String user, String password) {
        try {
            return new FtpForTests(home, user, password);
        } catch (FtpException e) {
            throw new IllegalStateException("The FTP server does not start", e);
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        server.stop();
    }
}
