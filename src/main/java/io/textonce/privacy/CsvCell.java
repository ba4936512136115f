package io.textonce.privacy;

import java.util.regex.Pattern;

/** Neutralization of formulas in a cell of a CSV file that a person may open in a spreadsheet. */
public final class CsvCell {

    /**
     * Beginning of a formula (OWASP, CSV injection), with the full-width signs of East Asian keyboards. Where the decimal
     * sign is a comma, a spreadsheet begins a new cell at a semicolon, quoted or not.
     */
    private static final Pattern FORMULA = Pattern.compile("(^|[;\t\r\n])(?=[=+@\\-\t\r\n＝＋－＠])");

    private CsvCell() {}

    /** Returns a text with an apostrophe wherever a spreadsheet would begin a formula. */
    public static String plain(String text) {
        return FORMULA.matcher(text).replaceAll("$1'");
    }
}
