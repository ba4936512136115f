package io.textonce.settings;

import io.textonce.network.OutboundProxy;
import org.apache.camel.spi.PropertiesFunction;

/** Vault of tests, as the jar of a Camel component brings one. */
public final class TestVault implements PropertiesFunction {

    static final String VALUE = "a-token-that-is-in-the-vault-only";

    @Override
    public String getName() {
        return "test-vault";
    }

    @Override
    public String apply(String remainder) {
        if (remainder.equals("proxy")) {
            return OutboundProxy.installed().map(OutboundProxy::toString).orElse("none");
        }
        if (!remainder.equals("textonce#token")) {
            throw new IllegalArgumentException("the vault has " + VALUE + " and no " + remainder);
        }
        return VALUE;
    }
}
