package io.textonce.privacy;

import org.jspecify.annotations.Nullable;

/**
 * One pass over one log line. It looks at each character a bounded number of times, looks ahead only over what it then
 * leaves behind, and copies nothing if there is nothing to mask.
 */
final class LineMask {

    private static final char ESCAPE = '\u001b';
    private static final int READABLE_DIGITS = 4;
    private static final int LONGEST_KEY = 40;

    /** ITU-T E.164: at most 15 digits. */
    private static final int MOST_DIGITS = 15;

    private final CharSequence in;
    private final int end;

    /** A structured log line: a quote that is not escaped ends a value, whatever the value looks like. */
    private final boolean json;

    private final Brackets brackets = new Brackets();
    private @Nullable StringBuilder out;
    private int copied;
    private int wordStart;
    private int wordEnd;

    /** How far texts may be searched for their closing bracket, all together; after that they reach to the end. */
    private int lookahead;

    LineMask(CharSequence line) {
        in = line;
        end = line.length();
        lookahead = 4 * Math.min(end, 1 << 28) + 1;
        json = end > 1 && in.charAt(0) == '{' && in.charAt(1) == '"';
    }

    String masked() {
        for (var at = 0; at < end; ) {
            var from = at;
            var c = in.charAt(at);
            if (isWord(c)) {
                at = word(at);
                continue;
            }
            at = switch (c) {
                case '\\' -> escape(at);
                case ESCAPE -> colour(at);
                case '%' -> percent(at);
                case '+', '\uFF0B' -> international(at, at + 1, false);
                case '(' -> areaCode(at);
                case '=', ':' -> keyed(at);
                default -> at + 1;
            };
            if (at == from + 1) { // not the brackets of a number or of a value
                brackets.see(c);
            }
        }
        return out == null
                ? in.toString()
                : out.append(in, Math.min(copied, end), end).toString();
    }

    // --- words and numbers

    private int word(int start) {
        var stop = start;
        var digits = 0;
        var hex = 0;
        for (; stop < end && isWord(in.charAt(stop)); stop++) {
            var c = in.charAt(stop);
            digits += isDigit(c) ? 1 : 0;
            hex += isHex(c) ? 1 : 0;
        }
        wordStart = start;
        wordEnd = stop;
        var length = stop - start;
        if (hex == length) {
            var id = identifier(start, length);
            if (id > 0) {
                return id;
            }
        }
        if (digits == length) {
            return number(start, stop);
        }
        if (digits >= 10 && hex < length && !isSid(length, hex) && !isDuration(stop, length - digits)) {
            return embeddedRuns(start, stop);
        }
        if (digits > 0) {
            return stop;
        }
        return endsWith(stop, "Failing row contains") ? failingRow(stop) : scheme(start, stop);
    }

    /** The end of a UUID or of a Camel exchange id, or 0. */
    private int identifier(int start, int length) {
        if (length == 8) {
            var at = start + length;
            for (var group : new int[] {4, 4, 4, 12}) {
                at = hexGroup(at, group);
                if (at == 0) {
                    return 0;
                }
            }
            return at;
        }
        return length == 15 || length == 16 ? hexGroup(start + length, 16) : 0;
    }

    /** The end of a dash and exactly so many hexadecimal digits, or 0. */
    private int hexGroup(int at, int length) {
        if (at + length >= end || in.charAt(at) != '-') {
            return 0;
        }
        for (var i = 1; i <= length; i++) {
            if (!isHex(in.charAt(at + i))) {
                return 0;
            }
        }
        var stop = at + 1 + length;
        return stop < end && isWord(in.charAt(stop)) ? 0 : stop;
    }

    /** {@code SM}, {@code AC}, {@code MG}… and 32 hexadecimal digits; some of these letters are such digits too. */
    private static boolean isSid(int length, int hex) {
        return length == 34 && hex >= 32;
    }

    private boolean isDuration(int stop, int letters) {
        return letters == 1 && in.charAt(stop - 1) == 's'
                || letters == 2 && in.charAt(stop - 1) == 's' && "num".indexOf(in.charAt(stop - 2)) >= 0;
    }

    /** A word that is no identifier we know, such as {@code tel15558675310}. */
    private int embeddedRuns(int start, int stop) {
        for (var at = start; at < stop; at++) {
            var run = digitsFrom(at, stop);
            if (run - at >= 10 && run - at <= MOST_DIGITS) {
                maskDigits(at, run);
            }
            at = Math.max(at, run);
        }
        return stop;
    }

    private int number(int start, int stop) {
        var length = stop - start;
        if (length == 4 && isDate(start)) {
            return start + 10;
        }
        if (isFraction(start, length)) {
            return stop;
        }
        if (length == 10 && in.charAt(start) == '1' && fractionFrom(stop) - stop > 3) {
            return fractionFrom(stop); // seconds since 1970: no country has such a number
        }
        if (length >= 8) {
            if (length <= MOST_DIGITS) {
                maskRun(start, stop);
            }
            return stop;
        }
        var grouped = grouped(start, stop);
        if (grouped > 0) {
            maskDigits(start, grouped);
            return grouped;
        }
        return stop;
    }

    /** {@code 2026-11-23}. */
    private boolean isDate(int at) {
        return at + 10 <= end
                && (in.charAt(at) == '1' || in.charAt(at) == '2')
                && isDigits(at, 4)
                && in.charAt(at + 4) == '-'
                && isDigits(at + 5, 2)
                && in.charAt(at + 5) <= '1'
                && in.charAt(at + 7) == '-'
                && isDigits(at + 8, 2)
                && in.charAt(at + 8) <= '3'
                && !(at + 10 < end && (isDigit(in.charAt(at + 10)) || in.charAt(at + 10) == '-'));
    }

    private boolean isFraction(int start, int length) {
        return length <= 9 && start >= 2 && in.charAt(start - 1) == '.' && isDigit(in.charAt(start - 2));
    }

    private int fractionFrom(int dot) {
        return dot < end && in.charAt(dot) == '.' ? digitsFrom(dot + 1, Math.min(end, dot + 11)) : dot;
    }

    /**
     * The end of a number written in groups without a plus, such as {@code 415-555-2671}, or 0. Two such numbers in a row
     * cannot be told apart and count as one.
     */
    private int grouped(int start, int firstEnd) {
        if (start >= 2 && isDigit(in.charAt(start - 2)) && ":.,".indexOf(in.charAt(start - 1)) >= 0) {
            return 0;
        }
        if (firstEnd < end && in.charAt(firstEnd) == '.') {
            return dotted(start, firstEnd);
        }
        var total = firstEnd - start;
        var at = firstEnd;
        while (at < end && isSeparator(in.charAt(at)) && in.charAt(at) != '.') {
            var next = group(at + 1, false);
            if (next - at - 1 < 2) {
                break;
            }
            total += next - at - 1;
            at = next;
        }
        return total >= 9 ? at : 0;
    }

    /** {@code 415.555.2671}, {@code 1.415.555.2671}, {@code 06.12.34.56.78}: anything else is a version or an address. */
    private int dotted(int start, int firstEnd) {
        var sizes = new StringBuilder().append(firstEnd - start);
        var at = firstEnd;
        while (sizes.length() < 6 && at + 1 < end && in.charAt(at) == '.' && isDigit(in.charAt(at + 1))) {
            var next = digitsFrom(at + 1, Math.min(end, at + 7));
            sizes.append(next - at - 1);
            at = next;
        }
        var shape = sizes.toString();
        return shape.equals("334") || shape.equals("1334") || shape.equals("22222") ? at : 0;
    }

    /**
     * The end of a group of digits that may belong to a number, or {@code at} if there is none. Two digits with letters
     * behind them are a duration; more may be followed by anything once a number has begun for certain.
     */
    private int group(int at, boolean certain) {
        if (isDate(at)) {
            return at;
        }
        var stop = digitsFrom(at, Math.min(end, at + MOST_DIGITS + 1));
        if (stop - at > MOST_DIGITS) {
            return at;
        }
        if (stop == end) {
            return stop;
        }
        var next = in.charAt(stop);
        var glued = isWord(next) && !(certain && stop - at > 2);
        var decimal = (next == ':' || next == '.')
                && stop + 1 < end
                && isDigit(in.charAt(stop + 1))
                && in.charAt(at - 1) != '.';
        return glued || decimal ? at : stop;
    }

    /** A plus, in whatever clothes: the digits after it are a number even if text follows directly. */
    private int international(int plus, int digits, boolean encoded) {
        var first = digits < end && in.charAt(digits) == '(' ? digits + 1 : digits;
        var at = digitsFrom(first, end);
        var total = at - first;
        if (total == 0) {
            return plus + 1;
        }
        var spaced = total < 9 && in.charAt(first) != '0';
        while (spaced) {
            var next = separatorsFrom(at, encoded, total < 7);
            var stop = next == at || next >= end ? next : group(next, true);
            if (stop == next) {
                break;
            }
            total += stop - next;
            at = stop;
        }
        if (total < 7) {
            return digitsFrom(first, end);
        }
        maskDigits(first, at);
        return at;
    }

    private int separatorsFrom(int at, boolean encoded, boolean opening) {
        var stop = at;
        for (var i = 0; i < 3 && stop < end; i++) {
            var c = in.charAt(stop);
            if (isSeparator(c) || opening && c == '(' || c == ')' || encoded && c == '+') {
                stop++;
            } else if (c == '%' && (startsWith(stop, "%20") || startsWith(stop, "%28") || startsWith(stop, "%29"))) {
                stop += 3;
            } else {
                break;
            }
        }
        return stop;
    }

    /** {@code (415) 555-2671}. */
    private int areaCode(int open) {
        var close = digitsFrom(open + 1, Math.min(end, open + 7));
        var total = close - open - 1;
        if (total < 2 || total > 5 || close >= end || in.charAt(close) != ')') {
            return open + 1;
        }
        var at = close + 1;
        while (true) {
            var next = at < end && isSeparator(in.charAt(at)) ? at + 1 : at;
            var stop = next < end ? group(next, true) : next;
            if (stop == next) {
                break;
            }
            total += stop - next;
            at = stop;
        }
        if (total < 8) {
            return open + 1;
        }
        maskDigits(open, at);
        return at;
    }

    // --- what stands for one other character

    private int escape(int at) {
        if (at + 5 < end && in.charAt(at + 1) == 'u' && isHex(in.charAt(at + 2)) && isHex(in.charAt(at + 5))) {
            return startsWith(at, "\\u002b") || startsWith(at, "\\u002B")
                    ? Math.max(at + 6, international(at, at + 6, false))
                    : at + 6;
        }
        return at + 1 < end && "nrtbf\"\\/".indexOf(in.charAt(at + 1)) >= 0 ? at + 2 : at + 1;
    }

    private int colour(int at) {
        var stop = at + 1;
        while (stop < end && stop < at + 12 && "[;0123456789".indexOf(in.charAt(stop)) >= 0) {
            stop++;
        }
        return stop < end && in.charAt(stop) == 'm' ? stop + 1 : at + 1;
    }

    private int percent(int at) {
        var hex = at + 1;
        for (var i = 0; i < 4 && startsWith(hex, "25"); i++) {
            hex += 2;
        }
        if (startsWith(hex, "2B") || startsWith(hex, "2b")) {
            return Math.max(hex + 2, international(at, hex + 2, true));
        }
        return at + 2 < end && isHex(in.charAt(at + 1)) && isHex(in.charAt(at + 2)) ? at + 3 : at + 1;
    }

    // --- values by key

    private int keyed(int at) {
        if (at + 1 < end && (in.charAt(at + 1) == ':' || in.charAt(at + 1) == '=')) {
            return at + 2; // an operator, not an assignment
        }
        var slashes = 0;
        var gap = wordEnd;
        while (gap < at && slashes < 8 && in.charAt(gap) == '\\') {
            slashes++;
            gap++;
        }
        var quoted = gap < at && in.charAt(gap) == '"';
        gap += quoted || gap < at && in.charAt(gap) == '\'' ? 1 : 0;
        if (slashes > 0 && !quoted) {
            return at + 1;
        }
        // "name : value" is how Spring Boot parts the logger from the message
        if (gap < at && (quoted || in.charAt(at) == '=')) {
            for (var i = 0; i < 4 && gap < at && in.charAt(gap) == ' '; i++) {
                gap++;
            }
        }
        var key = gap == at ? Key.of(in, wordStart, wordEnd) : Key.NONE;
        if (key == Key.NONE || wordEnd - wordStart > LONGEST_KEY) {
            return at + 1;
        }
        var value = at + 1;
        for (var i = 0; i < 4 && value < end && in.charAt(value) == ' '; i++) {
            value++;
        }
        return value(key, value, quoted, slashes);
    }

    private int value(Key key, int start, boolean jsonKey, int slashes) {
        var quote = start;
        while (quote < end && quote < start + 8 && in.charAt(quote) == '\\') {
            quote++;
        }
        var slashesOfQuote = quote - start;
        var opens = (slashesOfQuote & slashesOfQuote + 1) == 0; // 0, 1, 3, 7…
        var quoted = opens && quote < end && in.charAt(quote) == '"';
        if (quoted && json && slashesOfQuote < (jsonKey ? slashes : 1)) {
            return start; // it closes the string that the key stands in
        }
        if (key == Key.CODE) {
            return code(quoted ? quote + 1 : start, jsonKey && !quoted, slashes);
        }
        if (quoted) {
            return quotedValue(quote, slashesOfQuote, jsonKey);
        }
        if (jsonKey) {
            return bareJson(start, slashes);
        }
        var stop = key == Key.TEXT ? textEnd(start) : secretEnd(start);
        replace(start, stop);
        return stop;
    }

    private int code(int start, boolean bareJson, int slashes) {
        var stop = digitsFrom(start, Math.min(end, start + 11));
        var digits = stop - start;
        if (digits >= 4 && digits <= 10 && (stop == end || !isWord(in.charAt(stop)))) {
            if (bareJson) {
                replaceWithString(start, stop, slashes);
            } else {
                replace(start, stop);
            }
            return stop;
        }
        return start;
    }

    /** A JSON value that is no string: an array of strings is masked string by string, an object by its own keys. */
    private int bareJson(int start, int slashes) {
        if (start < end && in.charAt(start) == '[') {
            var at = start + 1;
            while (at < end) {
                var quote = at;
                while (quote < end && quote < at + 8 && in.charAt(quote) == '\\') {
                    quote++;
                }
                if (quote < end && in.charAt(quote) == '"' && quote - at == slashes) {
                    at = quotedValue(quote, quote - at, true);
                } else if (in.charAt(at) == ',' || Character.isWhitespace(in.charAt(at))) {
                    at++;
                } else {
                    break;
                }
            }
            return at;
        }
        if (start < end && (in.charAt(start) == '-' || isDigit(in.charAt(start)))) {
            var stop = start;
            while (stop < end && (isWord(in.charAt(stop)) || ".+-".indexOf(in.charAt(stop)) >= 0)) {
                stop++;
            }
            replaceWithString(start, stop, slashes);
            return stop;
        }
        return start;
    }

    /**
     * Masks up to the quote that closes, which is escaped as often as the one that opened; one that is escaped less often
     * closes a string around. Outside JSON nobody escapes quotes, so there a quote closes only where a value may end.
     */
    private int quotedValue(int quote, int slashes, boolean jsonKey) {
        var start = quote + 1;
        var level = timesEscaped(slashes);
        var run = 0;
        for (var at = start; at < end; at++) {
            var c = in.charAt(at);
            if (c == '"') {
                var escaped = timesEscaped(run);
                var closes = escaped == level && (jsonKey || json || endsValue(at + 1));
                if (closes || escaped < level) {
                    var stop = at - ((1 << escaped) - 1);
                    replace(start, stop);
                    return closes ? at + 1 : stop;
                }
            }
            run = c == '\\' ? run + 1 : 0;
        }
        replace(start, withoutBlanks(start, end));
        return end;
    }

    /** A quote in JSON in JSON has 1, 3, 7… backslashes, and before them twice as many for each backslash of the text. */
    private static int timesEscaped(int slashes) {
        return Integer.numberOfTrailingZeros(~slashes);
    }

    private boolean endsValue(int at) {
        return at >= end || ",}])&;\\\"\n\r".indexOf(in.charAt(at)) >= 0 || in.charAt(at) == ' ' && isName(at + 1);
    }

    /**
     * The end of a text without quotes. A text has blanks, commas and line breaks, so only the next name and an equals
     * sign, the last closing bracket of what surrounds it, a stack trace or the end of the line end it.
     */
    private int textEnd(int start) {
        var closing = brackets.closing();
        var opening = brackets.opening();
        var inner = 0;
        var closed = -1;
        var form = true;
        var at = start;
        for (; at < end; at++) {
            var c = in.charAt(at);
            if (c == '&' && form && isName(at + 1) || c == ',' && isNextField(at) || c == ESCAPE) {
                return at;
            }
            if (json && c == '"') {
                break;
            }
            if (c == '\n' && isStackTrace(at + 1) || json && startsWith(at, "\\n") && isStackTrace(at + 2)) {
                break;
            }
            if (json && c == '\\') {
                at++;
            }
            if (c == closing && inner-- == 0) {
                inner = 0;
                closed = at;
            }
            inner += c == opening ? 1 : 0;
            form &= c > ' ' && ":/?#,".indexOf(c) < 0;
        }
        lookahead -= at - start;
        return closed >= 0 && lookahead > 0 ? closed : withoutBlanks(start, Math.min(at, end));
    }

    /** PostgreSQL prints the whole row that breaks a constraint, value by value and without names. */
    private int failingRow(int start) {
        var at = start;
        while (at < end && !(json && in.charAt(at) == '"')) {
            if (in.charAt(at) == '\n' && isStackTrace(at + 1)
                    || json && startsWith(at, "\\n") && isStackTrace(at + 2)) {
                break;
            }
            at += json && in.charAt(at) == '\\' ? 2 : 1;
        }
        var stop = withoutBlanks(start, Math.min(at, end));
        replace(Math.min(start + 1, stop), stop);
        return stop;
    }

    private boolean isNextField(int comma) {
        var at = comma + 1;
        for (var i = 0; i < 2 && at < end && in.charAt(at) == ' '; i++) {
            at++;
        }
        return isName(at);
    }

    /** A name and an equals sign. */
    private boolean isName(int at) {
        var stop = at;
        while (stop < end
                && stop < at + LONGEST_KEY
                && (isWord(in.charAt(stop)) || "_-.".indexOf(in.charAt(stop)) >= 0)) {
            stop++;
        }
        return stop > at && stop < end && in.charAt(stop) == '=';
    }

    private boolean isStackTrace(int at) {
        for (var start :
                new String[] {"\tat ", "\\tat ", "Caused by: ", "\tSuppressed: ", "\\tSuppressed: ", "\t... "}) {
            if (startsWith(at, start)) {
                return true;
            }
        }
        var stop = at;
        var dots = 0;
        while (stop < end && stop < at + 200 && (isWord(in.charAt(stop)) || "._$".indexOf(in.charAt(stop)) >= 0)) {
            dots += in.charAt(stop) == '.' ? 1 : 0;
            stop++;
        }
        return dots > 0
                && (stop == end || ":\r\n".indexOf(in.charAt(stop)) >= 0)
                && (endsWith(stop, "Exception") || endsWith(stop, "Error"));
    }

    /** A secret has no blanks, but may follow the name of its scheme. */
    private int secretEnd(int start) {
        var open = start < end && "['".indexOf(in.charAt(start)) >= 0 ? start + 1 : start;
        var stop = tokenEnd(open);
        return stop < end && in.charAt(stop) == ' ' && isScheme(open, stop) ? tokenEnd(stop + 1) : stop;
    }

    private int tokenEnd(int start) {
        var stop = start;
        while (stop < end) {
            if (in.charAt(stop) == ')' && stop > start && isDigit(in.charAt(stop - 1))) {
                var next = startsWith(stop, ") ") ? stop + 2 : stop + 1;
                if (next < end && isDigit(in.charAt(next))) {
                    stop = next; // (415) 555-2671 is no secret, but must not be cut in two either
                    continue;
                }
            }
            if (in.charAt(stop) <= ' ' || ",;&)}]\"'<>\\".indexOf(in.charAt(stop)) >= 0) {
                break;
            }
            stop++;
        }
        return stop;
    }

    private boolean isScheme(int start, int stop) {
        return equalsIgnoringCase(start, stop, "basic") || equalsIgnoringCase(start, stop, "bearer");
    }

    /** {@code Basic} or {@code Bearer} without a key before it. In prose the next word has neither digit nor padding. */
    private int scheme(int start, int stop) {
        if (stop < end && in.charAt(stop) == ' ' && isScheme(start, stop)) {
            var token = tokenEnd(stop + 1);
            for (var at = stop + 1; at < token; at++) {
                var c = in.charAt(at);
                if (isDigit(c) || c == '=' || c >= 'A' && c <= 'Z' && at > stop + 1) {
                    replace(stop + 1, token);
                    return token;
                }
            }
        }
        return stop;
    }

    // --- output

    private void maskRun(int start, int stop) {
        if (isBareJson(start, stop)) {
            upTo(start).append('"');
            maskDigits(start, stop);
            upTo(stop).append('"');
        } else {
            maskDigits(start, stop);
        }
    }

    /** A number in JSON has to become a string, or the line could not be parsed any more. */
    private boolean isBareJson(int start, int stop) {
        var colon = start - 1;
        for (var i = 0; i < 2 && colon > 0 && in.charAt(colon) == ' '; i++) {
            colon--;
        }
        return colon >= 2
                && in.charAt(colon) == ':'
                && in.charAt(colon - 1) == '"'
                && in.charAt(colon - 2) != '\\'
                && stop < end
                && ",}] \r\n".indexOf(in.charAt(stop)) >= 0;
    }

    private void maskDigits(int start, int stop) {
        var digits = 0;
        for (var at = start; at < stop; at++) {
            digits += isDigit(in.charAt(at)) ? 1 : 0;
        }
        var text = upTo(start);
        for (var at = start; at < stop; at++) {
            var c = in.charAt(at);
            if (c == '%') { // a blank or bracket in an encoded number
                text.append(in, at, at + 3);
                digits -= digitsIn(at, at + 3);
                at += 2;
            } else {
                text.append(isDigit(c) && digits-- > READABLE_DIGITS ? '*' : c);
            }
        }
        copied = stop;
    }

    private int digitsIn(int start, int stop) {
        var digits = 0;
        for (var at = start; at < stop; at++) {
            digits += isDigit(in.charAt(at)) ? 1 : 0;
        }
        return digits;
    }

    private void replace(int start, int stop) {
        if (stop > start) {
            upTo(start).append(PersonalDataMask.MASK);
            copied = stop;
        }
    }

    private void replaceWithString(int start, int stop, int slashes) {
        var quote = "\\".repeat(slashes) + '"';
        upTo(start).append(quote).append(PersonalDataMask.MASK).append(quote);
        copied = stop;
    }

    private StringBuilder upTo(int at) {
        if (out == null) {
            out = new StringBuilder(end);
        }
        out.append(in, copied, at);
        copied = at;
        return out;
    }

    // --- characters

    private int digitsFrom(int start, int stop) {
        var at = start;
        while (at < stop && isDigit(in.charAt(at))) {
            at++;
        }
        return at;
    }

    private boolean isDigits(int start, int count) {
        return digitsFrom(start, start + count) == start + count;
    }

    private int withoutBlanks(int start, int stop) {
        var at = stop;
        while (at > start && Character.isWhitespace(in.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private boolean startsWith(int at, String text) {
        if (at + text.length() > end) {
            return false;
        }
        for (var i = 0; i < text.length(); i++) {
            if (in.charAt(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean endsWith(int stop, String text) {
        return stop >= text.length() && startsWith(stop - text.length(), text);
    }

    private boolean equalsIgnoringCase(int start, int stop, String lowerCase) {
        if (stop - start != lowerCase.length()) {
            return false;
        }
        for (var i = 0; i < lowerCase.length(); i++) {
            if ((in.charAt(start + i) | 0x20) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWord(char c) {
        return c < 128 ? c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' : Character.isDigit(c);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9' || c > 127 && Character.isDigit(c);
    }

    private static boolean isHex(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    /** What people write between the digits of a number. */
    private static boolean isSeparator(char c) {
        return c == ' '
                || c == '-'
                || c == '.'
                || c == '/'
                || c == '\u00a0'
                || c >= '\u2007' && c <= '\u2015'
                || c == '\u202f'
                || c == '\u2212';
    }

    /** What a key says about its value. */
    private enum Key {
        NONE,
        TEXT,
        CODE,
        SECRET;

        /** By the last part of the name: {@code auth_token}, {@code messageBody} and {@code X-Secret}, not {@code context}. */
        static Key of(CharSequence in, int start, int stop) {
            if (stop <= start) {
                return NONE;
            }
            return switch (in.charAt(stop - 1) | 0x20) {
                case 'y' -> is(in, start, stop, "body") ? TEXT : NONE;
                case 't' -> is(in, start, stop, "text") ? TEXT : is(in, start, stop, "secret") ? SECRET : NONE;
                case 'd' -> is(in, start, stop, "password") || is(in, start, stop, "passwd") ? SECRET : NONE;
                case 'n' -> is(in, start, stop, "token") || is(in, start, stop, "authorization") ? SECRET : NONE;
                // error_code and errorCode are what support reads
                case 'e' ->
                    stop - start == 4
                                    && is(in, start, stop, "code")
                                    && (start == 0 || "_-.".indexOf(in.charAt(start - 1)) < 0)
                            ? CODE
                            : NONE;
                default -> NONE;
            };
        }

        private static boolean is(CharSequence in, int start, int stop, String name) {
            var from = stop - name.length();
            if (from < start) {
                return false;
            }
            for (var i = 0; i < name.length(); i++) {
                if ((in.charAt(from + i) | 0x20) != name.charAt(i)) {
                    return false;
                }
            }
            return from == start
                    || Character.isUpperCase(in.charAt(from)) && !Character.isUpperCase(in.charAt(from - 1));
        }
    }

    /** The brackets that are open, as far as anybody nests them in a log line. */
    private static final class Brackets {

        private final char[] closing = new char[32];
        private int depth;

        void see(char c) {
            switch (c) {
                case '{' -> open('}');
                case '[' -> open(']');
                case '(' -> open(')');
                case '}', ']', ')' -> {
                    if (depth > 0 && closing[depth - 1] == c) {
                        depth--;
                    }
                }
                default -> {}
            }
        }

        /** The bracket that closes the innermost open one, or NUL. */
        char closing() {
            return depth == 0 ? 0 : closing[depth - 1];
        }

        char opening() {
            return switch (closing()) {
                case '}' -> '{';
                case ']' -> '[';
                case ')' -> '(';
                default -> 0;
            };
        }

        private void open(char bracket) {
            if (depth < closing.length) {
                closing[depth++] = bracket;
            }
        }
    }
}
