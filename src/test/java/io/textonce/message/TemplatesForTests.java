package io.textonce.message;

import com.github.mustachejava.MustacheFactory;
import java.util.Locale;

/** Makes the templates of a folder for the tests of other packages. */
public final class TemplatesForTests {

    private TemplatesForTests() {}

    public static Templates in(String home, String own, Locale fallback, MustacheFactory mustache) {
        return new Templates(home, own, fallback, mustache);
    }
}
