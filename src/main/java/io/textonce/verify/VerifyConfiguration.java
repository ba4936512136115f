package io.textonce.verify;

import com.twilio.http.TwilioRestClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import javax.sql.DataSource;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Steps of the routes {@code verify-*}, as beans. */
@Configuration(proxyBeanMethods = false)
class VerifyConfiguration {

    @Bean
    CodeLimits codeLimits(DataSource dataSource, PhoneHash phoneHash, TextOnceProperties settings) {
        return new CodeLimits(
                new JdbcTemplate(dataSource),
                new TransactionTemplate(new JdbcTransactionManager(dataSource)),
                phoneHash,
                settings.verify());
    }

    @Bean
    Approvals approvals(DataSource dataSource, TextOnceProperties settings, MeterRegistry meters) {
        return new Approvals(
                new JdbcTemplate(dataSource),
                settings.publicBaseUrls().get(0),
                settings.intakes().contains("jms"),
                meters);
    }

    @Bean
    OneTimeCodes oneTimeCodes(
            TwilioRestClient client,
            TextOnceProperties settings,
            PhoneNumbers phones,
            CodeLimits limits,
            Approvals approvals,
            MeterRegistry meters) {
        return new OneTimeCodes(
                client, settings.twilio().verifyServiceSid(), settings.verify(), phones, limits, approvals, meters);
    }

    @Bean
    Processor verifySetUp(OneTimeCodes codes) {
        return codes::setUp;
    }

    @Bean
    Processor verifyNumber(OneTimeCodes codes) {
        return codes::number;
    }

    @Bean
    Processor verifyStartForm(OneTimeCodes codes) {
        return codes::startForm;
    }

    @Bean
    Processor verifyCheckForm(OneTimeCodes codes) {
        return codes::checkForm;
    }

    @Bean
    Processor verifyStartLimits(CodeLimits limits) {
        return limits::start;
    }

    @Bean
    Processor verifyCheckLimits(CodeLimits limits) {
        return limits::check;
    }

    @Bean
    Processor verifyStart(OneTimeCodes codes) {
        return codes::start;
    }

    @Bean
    Processor verifyCheck(OneTimeCodes codes) {
        return codes::check;
    }

    @Bean
    Processor takeApprovals(Approvals approvals) {
        return approvals::take;
    }

    @Bean
    Processor approvalEvent(Approvals approvals) {
        return approvals::event;
    }

    @Bean
    Processor approvalPublished(Approvals approvals) {
        return approvals::forget;
    }
}
