package io.textonce;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** How the Java code hangs together. */
@AnalyzeClasses(packages = "io.textonce", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.textonce.(*)..").should().beFreeOfCycles();

    private static final String[] CORE = packages("event", "message", "delivery", "twilio", "reconcile");
    private static final String[] EDGE = packages("intake", "http", "security");
    private static final List<String> ADD_ONS = List.of("publish", "incident", "verify", "retention", "console");

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
    static final ArchRule nothingIsPrinted =
            NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.because("only the log is masked");

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
}
