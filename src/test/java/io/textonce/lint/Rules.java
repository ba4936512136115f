package io.textonce.lint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The rules that every shipped file keeps, by a short name. */
public final class Rules {

    private Rules() {}

    public static Map<String, Function<Bundle, List<Violation>>> all() {
        var rules = new LinkedHashMap<String, Function<Bundle, List<Violation>>>();
        rules.put("valid", RouteRules::isValidForTheCamelThatRuns);
        rules.put("canonical", RouteRules::isCanonical);
        rules.put("named", NamingRules::isNamedAfterItsRoutes);
        rules.put("described", NamingRules::describesEveryStep);
        rules.put("ids", NamingRules::hasUniqueIds);
        rules.put("uris", RouteRules::keepsOptionsOutOfUris);
        rules.put("paths", RouteRules::opensPathsByKamelets);
        rules.put("direct", ReferenceRules::namesDirectRoutesThatExist);
        rules.put("secrets", RouteRules::containsNoSecret);
        rules.put("failures", RouteRules::leavesFailuresToPolicies);
        rules.put("references", ReferenceRules::refersToWhatExistsAndLeavesNothingUnused);
        rules.put("writes", SqlRules::leavesDeliveriesToTheStateMachine);
        rules.put("methods", ReferenceRules::callsOneMethodOfABean);
        rules.put("settings", ReferenceRules::usesDeclaredSettings);
        rules.put("editor", EditorRules::survivesAVisualEditor);
        rules.put("editor's order", EditorRules::keepsTheOrderOfKaoto);
        rules.put("tested", RouteRules::isTested);
        rules.put("kamelet type", KameletRules::isNamedAndTyped);
        rules.put("kamelet properties", KameletRules::usesExactlyItsProperties);
        rules.put("kamelet metadata", KameletRules::hasTheMetadataOfACatalogue);
        rules.put("kamelet values", KameletRules::listsClosedValues);
        rules.put("kamelet words", KameletRules::explainsItsProperties);
        return rules;
    }
}
