package io.textonce.lint;

import io.textonce.lint.Words.Sentence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Extraction of the sentences that people read from Java, YAML, JSON schemas, SQL, pages and Markdown. */
final class Prose {

    /** A string comes first, so that a comment within one is none. */
    private static final Pattern JAVA = Pattern.compile(
            "\"\"\".*?\"\"\"|\"(?<text>(?:[^\"\\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\]|\\\\.)+'"
                    + "|/\\*\\*(?<doc>.*?)\\*/|//(?<comment>[^\\n]*)",
            Pattern.DOTALL);

    private static final Pattern YAML = Pattern.compile(
            "^[ \\-]*(?<key>description|summary|note|title): *(?<text>.*(?:\\n +[^ :\\-][^:\\n]*$)*)",
            Pattern.MULTILINE);

    private static final Pattern SCHEMA =
            Pattern.compile("\"(?:title|description)\": *\"(?<text>(?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern SQL_COMMENT = Pattern.compile("-- (?<text>[^\\n]*(?:\\n *-- [^\\n]*)*)");

    private static final Pattern TAG = Pattern.compile("<!--.*?-->|<(style|script).*?</\\1>|<[^>]*>", Pattern.DOTALL);

    private static final Pattern FENCE = Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL);

    private Prose() {}

    static List<Sentence> of(Path file) {
        String name = file.normalize().toString();
        try {
            return of(name, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Sentence> of(String file, String source) {
        if (file.endsWith(".java")) {
            return java(file, source);
        }
        if (file.endsWith(".yaml")) {
            return matches(YAML, source)
                    .map(found -> sentence(
                            file, source, found, "text", found.group("key").equals("description")))
                    .toList();
        }
        if (file.endsWith(".json")) {
            return texts(file, source, SCHEMA);
        }
        if (file.endsWith(".sql")) {
            return texts(file, source, SQL_COMMENT);
        }
        String prose = (file.endsWith(".html") ? TAG : FENCE)
                .matcher(source)
                .replaceAll(found -> found.group().replaceAll("[^\\n]", ""));
        var lines = prose.split("\\n", -1);
        var sentences = new ArrayList<Sentence>();
        for (int i = 0; i < lines.length; i++) {
            sentences.add(new Sentence(file, i + 1, lines[i], false));
        }
        return sentences;
    }

    private static List<Sentence> texts(String file, String source, Pattern pattern) {
        return matches(pattern, source)
                .map(found -> sentence(file, source, found, "text", false))
                .toList();
    }

    private static List<Sentence> java(String file, String source) {
        var sentences = new ArrayList<Sentence>();
        matches(JAVA, source).forEach(found -> {
            if (found.group("doc") != null) {
                sentences.add(sentence(file, source, found, "doc", true));
            } else if (found.group("comment") != null) {
                sentences.add(sentence(file, source, found, "comment", false));
            } else if (found.group("text") != null && found.group("text").contains(" ")) {
                sentences.add(sentence(file, source, found, "text", false));
            }
        });
        return sentences;
    }

    private static Sentence sentence(String file, String source, Matcher found, String group, boolean isTitle) {
        int line = 1
                + (int) source.substring(0, found.start(group))
                        .chars()
                        .filter(one -> one == '\n')
                        .count();
        String text =
                found.group(group).replaceAll("\\s*\\n\\s*(\\* ?|-- )?", " ").strip();
        return new Sentence(file, line, text, isTitle);
    }

    private static Stream<Matcher> matches(Pattern pattern, String source) {
        var found = pattern.matcher(source);
        return Stream.iterate(found, Matcher::find, matcher -> matcher);
    }
}
