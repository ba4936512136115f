package io.textonce;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.textonce.lint.SqlRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** How the Java code hangs together. */
@AnalyzeClasses(packages = "io.textonce", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.textonce.(*)..").should().beFreeOfCycles();

    private static final String[] CORE = packages("event", "message", "delivery", "twilio", "reconcile");
    private static final String[] EDGE = packages("intake", "http", "security");
    private static final List<String> ADD_ONS =
            List.of("publish", "incident", "verify", "retention", "ledger", "console");

    private static String[] packages(String... names) {
        return Stream.of(names).map(name -> "io.textonce." + name + "..").toArray(String[]::new);
    }

    @ArchTest
    static final ArchRule coreKnowsNoEdgeAndNoAddOn = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGE)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(packages(ADD_ONS.toArray(String[]::new)))
            .because("one person must be able to hold the core");

    @ArchTest
    static void noAddOnKnowsAnother(JavaClasses classes) {
        for (String addOn : ADD_ONS) {
            var others = ADD_ONS.stream().filter(other -> !other.equals(addOn)).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.textonce." + addOn + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(packages(others))
                    .because("an add-on can be removed alone")
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule onlyTheStateMachineWritesDeliveries = noClasses()
            .that()
            .resideOutsideOfPackage("io.textonce.delivery")
            .should(new WritesDeliveries())
            .because("each change of a status must be one of docs/state-machine.md");

    @Test
    void refusesAWriteOfDeliveriesElsewhere() {
        var planted = new ClassFileImporter().importClasses(PlantedWrite.class);

        assertThat(onlyTheStateMachineWritesDeliveries
                        .evaluate(planted)
                        .getFailureReport()
                        .getDetails())
                .singleElement()
                .asString()
                .contains("PlantedWrite", "UPDATE textonce.deliveries");
    }

    private static final class PlantedWrite {

        static final String STATEMENT =
                "WITH due AS (SELECT 1) " + "UPDATE " + "textonce.deliveries SET due_at = now()";
    }

    @Test
    void oneFragmentWritesTheTimeline() throws IOException {
        try (var files = Files.walk(Path.of("src/main/java"))) {
            var writers = new ArrayList<String>();
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                if (Files.readString(file).contains("INSERT INTO textonce.delivery_events")) {
                    writers.add(file.getFileName().toString());
                }
            }

            assertThat(writers).containsExactly("Timeline.java");
        }
    }

    @ArchTest
    static final ArchRule numbersAndSignaturesNeedNoFramework = noClasses()
            .that()
            .resideInAPackage("io.textonce.phone..")
            .or()
            .haveSimpleNameContaining("TwilioSignature")
            .or()
            .haveSimpleNameContaining("FormBody")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel..", "org.springframework..")
            .because("what decides over a number or a caller must be tried in a millisecond");

    @ArchTest
    static final ArchRule nothingIsPrinted = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.textonce.lib.AddLibraries") // it reads neither settings nor events
            .and()
            .doNotHaveFullyQualifiedName("io.textonce.privacy.CommandConsole")
            .should(ACCESS_STANDARD_STREAMS)
            .because("only the log and CommandConsole mask");

    @ArchTest
    static final ArchRule settingsAreBoundInOnePlace = classes()
            .that()
            .areAnnotatedWith(ConfigurationProperties.class)
            .should()
            .haveFullyQualifiedName("io.textonce.settings.TextOnceProperties")
            .because("what isn't there isn't checked before the start");

    @ArchTest
    static final ArchRule productionKnowsNoSandbox = noClasses()
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are of the sandbox", type -> type.getPackageName().startsWith("io.textonce.sandbox")))
            .because("the sandbox is not in the jar");

    /** Looks into the constants of the compiled class, where what was concatenated is one string. */
    private static final class WritesDeliveries extends ArchCondition<JavaClass> {

        WritesDeliveries() {
            super("write textonce.deliveries or a timeline");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            try (var file = type.getSource().orElseThrow().getUri().toURL().openStream()) {
                String constants = new String(file.readAllBytes(), StandardCharsets.ISO_8859_1);
                SqlRules.WRITES_DELIVERIES
                        .matcher(constants)
                        .results()
                        .forEach(write -> events.add(SimpleConditionEvent.satisfied(
                                type, type.getName() + " holds '" + write.group() + "'")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
