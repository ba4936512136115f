package io.textonce.lint;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Style check of sentences: the words of {@code lint/words.yaml}, where they may not stand, and the exceptions. */
final class Words {

    private static final Pattern NO_PROSE = Pattern.compile(
            "`[^`\\n]*`|\\{@\\w+[^}]*}|\\]\\([^)]*\\)|https?://\\S+|@(throws|see|param) \\S+|\\$?\\{[^}]*}");

    private final Pattern first;
    private final Map<Pattern, String> refused;
    private final List<Allowed> exceptions;

    private Words(Lists lists) {
        first = word("(" + String.join("|", lists.firstWords()) + ")");
        refused = lists.words().entrySet().stream()
                .collect(Collectors.toMap(entry -> word("(" + entry.getKey() + ")"), Map.Entry::getValue));
        exceptions = lists.exceptions();
    }

    static Words read() {
        try (InputStream in = Words.class.getResourceAsStream("/lint/words.yaml")) {
            return new Words(new YAMLMapper().readValue(in, Lists.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the problems of sentences at which a file's kind has its own rules. */
    List<String> problems(List<Sentence> sentences) {
        var problems = new ArrayList<String>();
        for (var sentence : sentences) {
            String prose = NO_PROSE.matcher(sentence.text()).replaceAll("");
            var start = first.matcher(sentence.text());
            if (sentence.isTitle() && start.lookingAt() && !isAllowed(sentence.file(), start.group())) {
                problems.add(
                        sentence.at() + ": begins with \"" + start.group() + "\"; name the operation or the thing");
            }
            refused.forEach((pattern, instead) -> pattern.matcher(prose)
                    .results()
                    .filter(found -> !isAllowed(sentence.file(), found.group()))
                    .forEach(found -> problems.add(sentence.at() + ": \"" + found.group() + "\" (" + instead + ")")));
        }
        return problems;
    }

    private boolean isAllowed(String file, String word) {
        return exceptions.stream()
                .filter(allowed -> file.startsWith(allowed.in()))
                .anyMatch(allowed -> allowed.words() == null
                        || allowed.words().stream().anyMatch(one -> one.equalsIgnoreCase(word)));
    }

    private static Pattern word(String pattern) {
        return Pattern.compile("\\b" + pattern + "\\b", Pattern.CASE_INSENSITIVE);
    }

    /** @param isTitle whether it is a description or begins a Javadoc, whose first word counts */
    record Sentence(String file, int line, String text, boolean isTitle) {

        String at() {
            return file + ":" + line;
        }
    }

    private record Lists(List<String> firstWords, Map<String, String> words, List<Allowed> exceptions) {}

    private record Allowed(String in, List<String> words, String why) {}
}
