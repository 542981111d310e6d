package jobs;

import org.apache.flink.table.functions.ScalarFunction;

/** A function for scripts of SQL. */
public final class Shout extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    public String eval(String text) {
        return text.toUpperCase() + "!";
    }
}
