package kobel;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;

/**
 * The program of an application that is a script of SQL statements. All its INSERTs are one job. Uses only what Flink has from 1.15
 * to 2.x, so that the jar runs on every runtime, also on the service's.
 *
 * <p>The script is the resource that {@code kobel-script} names. An error says where in the script it is.
 */
public final class SqlDriver {
    private static final String NAME_RESOURCE = "/kobel-script";
    private static final File PROPERTIES = new File("/etc/flink/application_properties.json");
    private static final String RUNTIME_MODE = "execution.runtime-mode";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$?\\$\\{([A-Za-z0-9_.-]+\\.[A-Za-z0-9_.-]+)\\}");
    private static final Pattern SETTING =
            Pattern.compile("(?is)^SET\\s+('(?:[^']|'')*'|[^\\s=']+)\\s*=\\s*('(?:[^']|'')*'|[^']\\S*)\\s*$");
    private static final Pattern POSITION = Pattern.compile("line (\\d+), column (\\d+)");
    private static final Pattern TABLE = Pattern.compile("table '([^']+)'");

    private final String name;
    private final String script;
    private final List<Statement> statements = new ArrayList<>();
    private TableEnvironment environment;
    private StatementSet inserts;
    private int insertCount;
    private int jobCount;

    private SqlDriver(String name, String script) {
        this.name = name;
        this.script = script;
    }

    public static void main(String[] arguments) throws Exception {
        String name = read(NAME_RESOURCE).trim();
        SqlDriver driver = new SqlDriver(name, read("/" + name));
        driver.split(properties());
        driver.run();
    }

    private static String read(String resource) throws IOException {
        try (InputStream in = SqlDriver.class.getResourceAsStream(resource)) {
            if (in == null) throw new Failure("the jar has no " + resource);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The properties of the application, by "group.key". */
    private static Map<String, String> properties() throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        if (!PROPERTIES.exists()) return properties;
        for (JsonNode group : new ObjectMapper().readTree(PROPERTIES)) {
            Iterator<Map.Entry<String, JsonNode>> entries = group.path("PropertyMap").fields();
            while (entries.hasNext()) {
                Map.Entry<String, JsonNode> entry = entries.next();
                properties.put(group.path("PropertyGroupId").asText() + "." + entry.getKey(), entry.getValue().asText());
            }
        }
        return properties;
    }

    /** Its message is all that a user needs: the stack trace is of this program. */
    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message, null, false, false);
        }
    }

    // --- statements ---

    /** Its text, and where in the script each of its characters comes from. */
    private static final class Statement {
        private final StringBuilder text = new StringBuilder();
        private final List<Integer> origins = new ArrayList<>();

        void add(String piece, int origin, boolean isCopy) {
            for (int at = 0; at < piece.length(); at++) {
                text.append(piece.charAt(at));
                origins.add(isCopy ? origin + at : origin);
            }
        }

        /** Without spaces and comments before the first word, and without so many characters after those. */
        Statement skip(int count) {
            int begin = begin(text) + count;
            begin += begin(text.substring(begin));
            Statement rest = new Statement();
            rest.text.append(text, begin, text.length());
            rest.origins.addAll(origins.subList(begin, origins.size()));
            return rest;
        }

        boolean isEmpty() {
            return begin(text) == text.length();
        }

        boolean matches(String words) {
            return leading(words) >= 0;
        }

        /** How many characters its first words take, if they are these; else -1. */
        int leading(String words) {
            String gap = "(?:\\s|--[^\\n]*\\n|/\\*(?s:.*?)\\*/)+";
            Matcher matcher = Pattern.compile("(?i)^" + words.replace(" ", gap) + "(?![A-Za-z0-9_])").matcher(text);
            return matcher.find() ? matcher.end() : -1;
        }

        /** The place in the script of a line and a column, both from 1, of the text. */
        int origin(int line, int column) {
            int at = 0;
            for (int count = 1; count < line; count++) {
                int end = text.indexOf("\n", at);
                if (end < 0) break;
                at = end + 1;
            }
            int index = Math.min(at + column - 1, origins.size() - 1);
            return origins.get(Math.max(index, 0));
        }
    }

    /** Where the first word is that is not a comment. */
    private static int begin(CharSequence text) {
        int at = 0;
        while (at < text.length()) {
            int end = skipSpace(text, at);
            if (end == at) break;
            at = end;
        }
        return at;
    }

    private static int skipSpace(CharSequence text, int at) {
        if (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\uFEFF') return at + 1;
        // A hint belongs to the statement.
        boolean isHint = starts(text, at, "/*+");
        return isHint ? at : endOfComment(text, at);
    }

    private static boolean starts(CharSequence text, int at, String word) {
        return at + word.length() <= text.length() && word.contentEquals(text.subSequence(at, at + word.length()));
    }

    /** The end of the comment that begins there; the same place, if none does. */
    private static int endOfComment(CharSequence text, int at) {
        boolean isLine = starts(text, at, "--");
        if (!isLine && !starts(text, at, "/*")) return at;
        String closing = isLine ? "\n" : "*/";
        int end = text.toString().indexOf(closing, at + 2);
        return end < 0 ? text.length() : end + closing.length();
    }

    /** The end of the string or quoted name that begins there; the same place, if none does. */
    private int endOfQuote(int at) {
        char quote = script.charAt(at);
        if (quote != '\'' && quote != '`') return at;
        int end = script.indexOf(quote, at + 1);
        if (end < 0) throw failure(at, "the quote " + quote + " is not closed");
        return end + 1;
    }

    private void split(Map<String, String> properties) {
        Statement current = new Statement();
        for (int at = 0; at < script.length(); ) {
            int comment = endOfComment(script, at);
            int quote = comment == at ? endOfQuote(at) : at;
            if (comment > at) {
                current.add(script.substring(at, comment), at, true);
                at = comment;
            } else if (quote > at) {
                substitute(current, at, quote, properties);
                at = quote;
            } else if (script.charAt(at) == ';') {
                finish(current);
                current = new Statement();
                at++;
            } else {
                int end = at + 1;
                while (end < script.length() && ";'`-/".indexOf(script.charAt(end)) < 0) end++;
                substitute(current, at, end, properties);
                at = end;
            }
        }
        finish(current);
    }

    private void finish(Statement statement) {
        if (!statement.isEmpty()) statements.add(statement.skip(0));
    }

    /** Adds a piece of the script, with the values of its ${group.key}; $${group.key} stays as ${group.key}. */
    private void substitute(Statement statement, int from, int to, Map<String, String> properties) {
        Matcher matcher = PLACEHOLDER.matcher(script).region(from, to);
        int at = from;
        while (matcher.find()) {
            statement.add(script.substring(at, matcher.start()), at, true);
            at = matcher.end();
            if (matcher.group().startsWith("$$")) {
                statement.add(matcher.group().substring(1), matcher.start(), true);
                continue;
            }
            String value = properties.get(matcher.group(1));
            if (value == null) throw failure(matcher.start(), "the application has no property " + matcher.group(1));
            boolean isString = script.charAt(from) == '\'';
            statement.add(isString ? value.replace("'", "''") : value, matcher.start(), false);
        }
        statement.add(script.substring(at, to), at, true);
    }

    // --- execution ---

    private void run() throws Exception {
        environment = TableEnvironment.create(settings());
        inserts = environment.createStatementSet();
        for (Statement statement : statements) execute(statement);
        if (insertCount > 0) submit();
        if (insertCount + jobCount == 0) throw new Failure(name + " has no INSERT: there is nothing to run");
    }

    /** The mode is a property of the environment, so it is read before all statements. */
    private EnvironmentSettings settings() {
        boolean isBatch = false;
        for (Statement statement : statements) {
            if (!statement.matches("SET")) continue;
            String[] setting = setting(statement);
            if (setting[0].equals(RUNTIME_MODE)) isBatch = setting[1].equalsIgnoreCase("batch");
        }
        EnvironmentSettings.Builder builder = EnvironmentSettings.newInstance();
        return (isBatch ? builder.inBatchMode() : builder.inStreamingMode()).build();
    }

    private String[] setting(Statement statement) {
        Matcher matcher = SETTING.matcher(statement.text);
        if (!matcher.find()) throw failure(statement.origin(1, 1), "a setting is written as SET 'key' = 'value'");
        return new String[] {unquote(matcher.group(1)), unquote(matcher.group(2))};
    }

    private static String unquote(String text) {
        return text.startsWith("'") ? text.substring(1, text.length() - 1).replace("''", "'") : text;
    }

    private void execute(Statement statement) {
        if (statement.matches("SET")) {
            String[] setting = setting(statement);
            if (!setting[0].equals(RUNTIME_MODE)) environment.getConfig().set(setting[0], setting[1]);
        } else if (statement.matches("RESET")) {
            throw failure(statement.origin(1, 1), "RESET has no place in a script: leave out the SET");
        } else if (statement.matches("SELECT") || statement.matches("WITH") || statement.matches("VALUES")) {
            throw failure(statement.origin(1, 1), "a job has no place for the rows of a query: use INSERT INTO a table, for example one "
                    + "with 'connector' = 'print'");
        } else if (!executeSet(statement)) {
            executeOther(statement);
        }
    }

    /** EXECUTE STATEMENT SET BEGIN ... END, BEGIN STATEMENT SET ... END, and INSERTs outside of them: all are one job. */
    private boolean executeSet(Statement statement) {
        String[] begins = {"EXECUTE STATEMENT SET BEGIN", "BEGIN STATEMENT SET", "STATEMENT SET BEGIN"};
        for (String begin : begins) {
            if (!statement.matches(begin)) continue;
            Statement rest = statement.skip(statement.leading(begin));
            if (!rest.isEmpty()) execute(rest);
            return true;
        }
        if (statement.matches("END")) return true;
        if (statement.matches("EXECUTE INSERT")) return insert(statement.skip(statement.leading("EXECUTE")));
        return statement.matches("INSERT") && insert(statement);
    }

    private boolean insert(Statement statement) {
        try {
            inserts.addInsertSql(statement.text.toString());
        } catch (Exception reason) {
            throw failure(statement, reason);
        }
        insertCount++;
        return true;
    }

    private void executeOther(Statement statement) {
        boolean isPrinted = statement.matches("SHOW") || statement.matches("DESCRIBE") || statement.matches("DESC")
                || statement.matches("EXPLAIN");
        try {
            var result = environment.executeSql(statement.text.toString());
            if (isPrinted) result.print();
            if (result.getJobClient().isPresent()) jobCount++;
        } catch (Exception reason) {
            throw failure(statement, reason);
        }
    }

    /** Flink plans all INSERTs together, and names the table that it cannot read or write. */
    private void submit() throws Exception {
        try {
            inserts.execute();
        } catch (TableException | ValidationException reason) {
            Matcher matcher = TABLE.matcher(String.valueOf(reason.getMessage()));
            Statement table = matcher.find() ? creation(matcher.group(1)) : null;
            throw table == null ? new Failure(name + ": " + describe(reason)) : failure(table, reason);
        }
    }

    private Statement creation(String path) {
        String table = path.substring(path.lastIndexOf('.') + 1);
        Pattern pattern = Pattern.compile("(?i)\\bTABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?[^\\s(]*?`?" + Pattern.quote(table) + "`?[\\s(]");
        for (Statement statement : statements) {
            if (statement.matches("CREATE") && pattern.matcher(statement.text).find()) return statement;
        }
        return null;
    }

    // --- errors ---

    private String place(int offset) {
        String before = script.substring(0, Math.min(offset, script.length()));
        int line = 1 + (int) before.chars().filter(one -> one == '\n').count();
        return "line " + line + ", column " + (before.length() - before.lastIndexOf('\n'));
    }

    private Failure failure(int offset, String text) {
        return new Failure(name + ", " + place(offset) + ": " + text);
    }

    /** Flink counts lines and columns within the statement. */
    private Failure failure(Statement statement, Exception reason) {
        reason.printStackTrace();
        String text = describe(reason);
        Matcher matcher = POSITION.matcher(text);
        StringBuilder moved = new StringBuilder();
        String first = null;
        while (matcher.find()) {
            String place = place(statement.origin(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))));
            if (first == null) first = place;
            matcher.appendReplacement(moved, Matcher.quoteReplacement(place));
        }
        matcher.appendTail(moved);
        return new Failure(name + ", " + (first == null ? place(statement.origin(1, 1)) : first) + ": " + moved);
    }

    /** The messages of an exception and its causes in one line, without lists of what would have been right. */
    private static String describe(Throwable reason) {
        StringBuilder text = new StringBuilder();
        for (Throwable at = reason; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage()).split("Was expecting|Table options are|Available factory identifiers")[0];
            message = message.replaceAll("\\s+", " ").replaceAll("([^.]{8,80}\\. )\\1", "$1").trim();
            if (at.getMessage() == null) message = at.getClass().getSimpleName();
            if (message.contains(text)) text.setLength(0);
            if (text.indexOf(message) < 0) text.append(text.length() == 0 ? "" : " ").append(message);
        }
        String lower = text.toString().toLowerCase(Locale.ROOT);
        if (lower.contains("could not find any factory"))
            text.append(" kobel: give the jar of the connector or format by --jar, or put it into lib/ beside the script.");
        return text.toString();
    }
}
