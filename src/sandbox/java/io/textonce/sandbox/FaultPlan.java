package io.textonce.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Decides which faults meet a create. Rules that hold for a number of creates form a queue: the oldest that matches
 * is used up first, one a create. All other rules stand until they are cleared, and several may apply at once.
 */
final class FaultPlan {

    private final List<Rule> rules = new ArrayList<>();
    private final Random random;

    FaultPlan(Random random) {
        this.random = random;
    }

    /**
     * @param next for how many creates; null: until cleared
     * @param number only creates to this number; null: to any
     * @param share only this share of the creates, between 0 and 1; null: all of them
     */
    record Rule(
            @Nullable Integer next,
            @Nullable String number,
            @Nullable Double share,
            Fault fault) {
        Rule {
            Objects.requireNonNull(fault, "fault");
        }
    }

    synchronized void add(Rule rule) {
        rules.add(rule);
    }

    synchronized void clear() {
        rules.clear();
    }

    synchronized Fault faultFor(String number) {
        Fault fault = Fault.NONE;
        boolean queueServed = false;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            boolean counted = rule.next() != null;
            if (!(counted && queueServed) && matches(rule, number)) {
                fault = fault.and(rule.fault());
                queueServed = queueServed || counted;
                rules.set(i, counted ? oneLess(rule) : rule);
            }
        }
        rules.removeIf(rule -> rule.next() != null && rule.next() <= 0);
        return fault;
    }

    private boolean matches(Rule rule, String number) {
        return (rule.number() == null || rule.number().equals(number))
                && (rule.share() == null || random.nextDouble() < rule.share());
    }

    private static Rule oneLess(Rule rule) {
        return new Rule(rule.next() == null ? null : rule.next() - 1, rule.number(), rule.share(), rule.fault());
    }
}
