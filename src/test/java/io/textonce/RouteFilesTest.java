package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.lint.Bundle;
import io.textonce.lint.KameletRules;
import io.textonce.lint.RouteRules;
import io.textonce.lint.Violation;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The files in {@code routes/} keep the rules. A message names the file and what to change in it. */
class RouteFilesTest {

    private static final Bundle BUNDLE = Bundle.read();

    @TestFactory
    Stream<DynamicTest> isValidForTheCamelThatRuns() {
        return everyFile(RouteRules::isValidForTheCamelThatRuns);
    }

    @TestFactory
    Stream<DynamicTest> isCanonical() {
        return everyFile(RouteRules::isCanonical);
    }

    @TestFactory
    Stream<DynamicTest> isNamedAfterItsRoutes() {
        return everyFile(RouteRules::isNamedAfterItsRoutes);
    }

    @TestFactory
    Stream<DynamicTest> saysWhatEveryBoxDoes() {
        return everyFile(RouteRules::saysWhatEveryBoxDoes);
    }

    @TestFactory
    Stream<DynamicTest> hasTellingUniqueIds() {
        return everyFile(RouteRules::hasTellingUniqueIds);
    }

    @TestFactory
    Stream<DynamicTest> keepsOptionsOutOfUris() {
        return everyFile(RouteRules::keepsOptionsOutOfUris);
    }

    @TestFactory
    Stream<DynamicTest> takesTwilioThroughItsKamelet() {
        return everyFile(RouteRules::takesTwilioThroughItsKamelet);
    }

    @TestFactory
    Stream<DynamicTest> namesDirectRoutesThatExist() {
        return everyFile(RouteRules::namesDirectRoutesThatExist);
    }

    @TestFactory
    Stream<DynamicTest> tellsNoSecret() {
        return everyFile(RouteRules::tellsNoSecret);
    }

    @TestFactory
    Stream<DynamicTest> leavesFailuresToShared() {
        return everyFile(RouteRules::leavesFailuresToShared);
    }

    @TestFactory
    Stream<DynamicTest> refersToWhatExistsAndLeavesNothingUnused() {
        return everyFile(RouteRules::refersToWhatExistsAndLeavesNothingUnused);
    }

    @TestFactory
    Stream<DynamicTest> usesDeclaredSettings() {
        return everyFile(RouteRules::usesDeclaredSettings);
    }

    @TestFactory
    Stream<DynamicTest> survivesAVisualEditor() {
        return everyFile(RouteRules::survivesAVisualEditor);
    }

    @TestFactory
    Stream<DynamicTest> isTested() {
        return everyFile(RouteRules::isTested);
    }

    @TestFactory
    Stream<DynamicTest> isOnTheFrontPage() {
        return everyFile(RouteRules::isOnTheFrontPage);
    }

    @TestFactory
    Stream<DynamicTest> kameletIsNamedAndTyped() {
        return everyFile(KameletRules::isNamedAndTyped);
    }

    @TestFactory
    Stream<DynamicTest> kameletUsesExactlyItsProperties() {
        return everyFile(KameletRules::usesExactlyItsProperties);
    }

    @TestFactory
    Stream<DynamicTest> kameletExplainsItsProperties() {
        return everyFile(KameletRules::explainsItsProperties);
    }

    private static Stream<DynamicTest> everyFile(Function<Bundle, List<Violation>> rule) {
        var violations = rule.apply(BUNDLE);
        var files = new TreeSet<>(BUNDLE.paths());
        violations.forEach(violation -> files.add(violation.file()));
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        "routes/" + file,
                        () -> assertThat(violations)
                                .filteredOn(violation -> violation.file().equals(file))
                                .isEmpty()));
    }
}
