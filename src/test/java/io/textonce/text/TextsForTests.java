package io.textonce.text;

import com.github.mustachejava.MustacheFactory;
import java.util.Locale;

/** Makes the templates of a folder for the tests of other packages. */
public final class TextsForTests {

    private TextsForTests() {}

    public static Texts in(String home, String own, Locale fallback, MustacheFactory mustache) {
        return new Texts(home, own, fallback, mustache);
    }
}
