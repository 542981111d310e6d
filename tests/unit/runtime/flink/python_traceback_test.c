// The reason in a traceback of Python.
#include "runtime/flink/python_traceback.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/flink/stack_trace.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct {
    const char *text;
    const char *reason; // NULL: there is no traceback
} rows[] = {
    {"java.lang.RuntimeException: no\n\tat a.B.c(B.java:1)", NULL},
    {"Traceback (most recent call last):\n  File \"/x/main.py\", line 3, in <module>\n    parse()\n"
     "    ^^^^^^^\n  File \"/x/helper.py\", line 2, in parse\n    raise ValueError(text)\n"
     "ValueError: bad\n",
     "ValueError: bad (main.py:3 in <module>, helper.py:2 in parse)"},
    // What was raised while another exception was handled is what was not caught.
    {"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n\n"
     "During handling of the above exception, another exception occurred:\n\n"
     "Traceback (most recent call last):\n  File \"a.py\", line 2, in g\nOSError: closed\n",
     "OSError: closed (a.py:2 in g)"},
    // A frame without a function: a mistake of syntax. Of the program itself, kobel_program.py adds
    // the first line.
    {"Traceback (most recent call last):\n  File \"/x/main.py\", line 7\n    def\n       ^\n"
     "SyntaxError: invalid syntax\n",
     "SyntaxError: invalid syntax (main.py:7)"},
    {"Traceback (most recent call last):\n  File \"/x/main.py\", line 7, in <module>\n"
     "    parser.parse_args()\n"
     "SystemExit: 2; the last line on stderr: main.py: error: no topic\n",
     "SystemExit: 2; the last line on stderr: main.py: error: no topic (main.py:7 in <module>)"},
    // Frames of PyFlink say nothing; the reason of Java's exception is its last cause.
    {"Traceback (most recent call last):\n  File \"/x/main.py\", line 4, in main\n"
     "  File \"/r/site/pyflink/table/table_environment.py\", line 9, in execute_sql\n"
     "  File \"/r/site/py4j/protocol.py\", line 1, in get_return_value\n"
     "py4j.protocol.Py4JJavaError: An error occurred while calling o8.executeSql.\n"
     ": org.apache.flink.table.api.ValidationException: SQL validation failed\n"
     "\tat org.A.b(A.java:1)\nCaused by: org.C: Object 'no_numbers' not found\n\t... 9 more\n",
     "org.C: Object 'no_numbers' not found (main.py:4 in main)"},
    // A message of several lines.
    {"Traceback (most recent call last):\n  File \"/x/main.py\", line 4, in main\n"
     "py4j.protocol.Py4JJavaError: An error occurred while calling o0.execute.\n"
     ": org.MutatedConfigurationException: Not allowed:\n - Configuration a:b not allowed.\n"
     " - Configuration c:d not allowed.\n\tat org.A.b(A.java:1)\n\tat org.A.c(A.java:2)\n\n",
     "org.MutatedConfigurationException: Not allowed: - Configuration a:b not allowed. - "
     "Configuration c:d not allowed. (main.py:4 in main)"},
    // Of a function: within Java's exception.
    {"java.lang.RuntimeException: Error received from SDK harness for instruction 4: Traceback "
     "(most recent call last):\n  File \"/r/site/apache_beam/worker.py\", line 1, in run\n"
     "  File \"pyflink/fn_execution/coder_impl_fast.pyx\", line 5, in pyflink.encode\n"
     "  File \"apache_beam/runners/worker/operations.py\", line 6, in apache_beam.receive\n"
     "  File \"/x/main.py\", line 23, in line\n    return 1 // 0\n           ~~^^~\n"
     "ZeroDivisionError: integer division or modulo by zero\n\n\tat org.A.b(A.java:1)\n",
     "ZeroDivisionError: integer division or modulo by zero (main.py:23 in line)"},
    {"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n", NULL},
};

Test(python_traceback, is_the_exception_and_where_it_came_from) {
    char reason[300];

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        bool is_found = python_traceback_read(rows[index].text, reason, sizeof reason);
        cr_assert(eq(int, is_found, rows[index].reason != NULL), "row %zu", index);
        if (is_found) cr_assert(eq(str, reason, (char *)rows[index].reason), "row %zu", index);
    }
}

Test(python_traceback, of_a_long_one_the_last_frames_are_shown) {
    char reason[300];

    cr_assert(python_traceback_read("Traceback (most recent call last):\n"
                                    "  File \"a.py\", line 1, in a\n  File \"a.py\", line 2, in b\n"
                                    "  File \"a.py\", line 3, in c\n  File \"a.py\", line 4, in d\n"
                                    "  File \"a.py\", line 5, in e\nRuntimeError\n",
                                    reason, sizeof reason));
    cr_assert(eq(str, reason, "RuntimeError (a.py:2 in b, a.py:3 in c, a.py:4 in d, a.py:5 in e)"));
}

Test(python_traceback, is_the_cause_of_a_stack_trace) {
    char reason[300];

    stack_trace_cause(rows[6].text, reason, sizeof reason);
    cr_assert(eq(str, reason, (char *)rows[6].reason));
}
