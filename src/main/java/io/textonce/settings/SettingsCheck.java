package io.textonce.settings;

import io.textonce.lib.LibFolder;
import io.textonce.network.OutboundProxy;
import io.textonce.privacy.PersonalDataMask;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.hibernate.validator.constraints.Range;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Startup check of the settings, before the first bean is made, so that nothing starts half. All faults are collected:
 * values of the wrong type, broken constraints of {@link TextOnceProperties}, rules over several settings, unknown names.
 */
final class SettingsCheck implements BeanFactoryPostProcessor, Ordered {

    private static final String ROOT = "textonce";

    private static final List<String> SECRETS = List.of(
            "textonce.twilio.secondary-auth-token",
            "textonce.hash-key",
            "spring.datasource.password",
            "spring.artemis.password",
            "textonce.jms.password");

    private static final Validator VALIDATOR = Validation.byDefaultProvider()
            .configure()
            .messageInterpolator(new ParameterMessageInterpolator())
            .buildValidatorFactory()
            .getValidator();

    private final ConfigurableEnvironment environment;

    SettingsCheck(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** Before the other post-processors, which read the settings. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        boolean sandbox = beans.getBeanNamesForType(Sandbox.class, false, false).length > 0;
        var checked = check(environment, sandbox);
        beans.registerSingleton("settings", checked.settings());
        beans.registerSingleton("eventSettings", checked.events());
    }

    /** Valid settings, those of event routes included. */
    record Checked(TextOnceProperties settings, EventSettings events) {}

    /** @throws InvalidSettings with all faults */
    static Checked check(ConfigurableEnvironment environment, boolean sandbox) {
        var faults = new SettingFaults(environment);
        keepSecretsOutOfTheLog(faults);
        var settings = bound(environment, faults);
        violations(settings, faults);
        new SettingRules(settings, faults, sandbox).check();
        var known = EventParameters.of(settings, environment);
        var events = new EventSettings(known, environment, faults);
        new UnknownSettings(environment, known).report(faults);
        LibFolder.ofThisProcess().problems().forEach(faults::addLibrary);
        faults.throwIfAny();
        return new Checked(settings, events);
    }

    private static TextOnceProperties bound(ConfigurableEnvironment environment, SettingFaults faults) {
        return Binder.get(environment)
                .bindOrCreate(ROOT, Bindable.of(TextOnceProperties.class), new CollectingHandler(faults));
    }

    private static void violations(TextOnceProperties settings, SettingFaults faults) {
        VALIDATOR
                .validate(settings)
                .forEach(violation -> faults.add(property(violation.getPropertyPath()), violation.getMessage()));
    }

    /** The name of the setting at a path such as {@code clients[shop].tokenSha256[0].<list element>}. */
    private static String property(Path path) {
        return StreamSupport.stream(path.spliterator(), false)
                .map(node -> {
                    String name = String.valueOf(node.getName());
                    String key = node.getKey() == null ? "" : node.getKey() + ".";
                    return name.startsWith("<") ? key : key + DataObjectPropertyName.toDashedForm(name) + ".";
                })
                .collect(Collectors.joining("", ROOT + ".", ""))
                .replaceFirst("\\.+$", "");
    }

    private static void keepSecretsOutOfTheLog(SettingFaults faults) {
        PersonalDataMask.registerCredentials(
                faults.value("textonce.twilio.account-sid"), faults.value("textonce.twilio.auth-token"));
        PersonalDataMask.registerCredentials(
                faults.value("textonce.twilio.api-key"), faults.value("textonce.twilio.api-secret"));
        for (String key : faults.value("textonce.hash-key-previous").split(",")) {
            PersonalDataMask.registerSecret(key.strip());
        }
        for (String key : faults.value("textonce.twilio.webhook-keys").split(",")) {
            PersonalDataMask.registerSecret(key.strip().replaceFirst("^[^=]*=", ""));
        }
        PersonalDataMask.registerCredentials(
                faults.value("textonce.twilio.client-id"), faults.value("textonce.twilio.client-secret"));
        String proxy = faults.value("textonce.outbound.proxy");
        if (SettingForms.isAddress(proxy, SettingForms::isProxy)) {
            var outbound = new OutboundProxy(URI.create(proxy), List.of());
            PersonalDataMask.registerCredentials(outbound.user(), outbound.password());
        }
        for (String property : SECRETS) {
            PersonalDataMask.registerSecret(faults.value(property));
        }
    }

    /** Leaves out what cannot be bound, and goes on: Spring's own binding ends at the first fault, with its value. */
    private static final class CollectingHandler extends AbstractBindHandler {

        private final SettingFaults faults;

        private CollectingHandler(SettingFaults faults) {
            this.faults = faults;
        }

        @Override
        public <T> @Nullable Bindable<T> onStart(
                ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
            var type = target.getType().resolve(Object.class);
            boolean blank = faults.isBlank(name.toString());
            if (blank && type.isPrimitive()) {
                faults.add(name.toString(), SettingFaults.MISSING);
            } else if (type == boolean.class && !faults.value(name.toString()).matches("true|false")) {
                faults.add(name.toString(), SettingFaults.expected(type)); // Spring takes "on" and "yes", too
            }
            return blank && type != String.class ? null : target;
        }

        @Override
        public Object onSuccess(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
            return result instanceof String text ? text.strip() : result;
        }

        @Override
        public @Nullable Object onFailure(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error) {
            faults.add(name.toString(), error instanceof ConversionException ? expected(target) : "must not hold ${");
            return target.getType().resolve() == String.class ? "" : null;
        }

        private static String expected(Bindable<?> target) {
            var range = target.getAnnotation(Range.class);
            return range == null ? SettingFaults.expected(target.getType().resolve(Object.class)) : range.message();
        }
    }
}
