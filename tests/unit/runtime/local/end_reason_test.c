// The reason why a process ended is an error, never the last thing that went well.
#include "runtime/local/end_reason.h"

#include "base/cleanup.h"
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct {
    const char *tail;
    const char *reason;
} rows[] = {
    {"", ""},
    // A process that was killed: its last line is about a success.
    {"2026-11-28 08:00:00,123 INFO  o.a.f.r.e.ExecutionGraph [] - Source (1/1) switched from "
     "INITIALIZING to RUNNING.\n",
     ""},
    {"2026-11-28 08:00:00,123 ERROR o.a.f.r.ClusterEntrypoint [] - Fatal error occurred.\n"
     "2026-11-28 08:00:00,200 INFO  o.a.f.r.ClusterEntrypoint [] - Shutting down after an Error.\n",
     "2026-11-28 08:00:00,123 ERROR o.a.f.r.ClusterEntrypoint [] - Fatal error occurred."},
    {"Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space\n\tat "
     "a.B.c(B.java)\n"
     "    at a.B.d(B.java)\n",
     "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space"},
    // A job's output is not a reason.
    {"42\nno Error so far, every Exception was handled\n", ""},
    {"main.MyException: no such topic\n42\n", "main.MyException: no such topic"},
    {"Terminating due to java.lang.OutOfMemoryError: Metaspace\n",
     "Terminating due to java.lang.OutOfMemoryError: Metaspace"},
    {"Unrecognized VM option 'UseMagic'\nError: Could not create the Java Virtual Machine.\n"
     "Error: A fatal exception has occurred. Program will exit.\n",
     "Unrecognized VM option 'UseMagic'"},
    {"Error: Could not find or load main class a.B\n"
     "Caused by: java.lang.ClassNotFoundException: a.B\n",
     "Caused by: java.lang.ClassNotFoundException: a.B"},
    {"#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n"
     "#  SIGSEGV (0xb) at pc=0x00, pid=7, tid=8\n#\n# JRE version: OpenJDK\n",
     "#  SIGSEGV (0xb) at pc=0x00, pid=7, tid=8"},
    // The job was restarted after this exception, long before its process was killed.
    {"2026-11-28 08:00:00,123 WARN  o.a.f.r.taskmanager.Task [] - Source (1/1) to FAILED\n"
     "java.lang.IllegalStateException: bad record\n\tat a.B.c(B.java)\nCaused by: a.BException\n"
     "2026-11-28 08:00:09,123 INFO  o.a.f.r.taskmanager.Task [] - Source (1/1) to RUNNING\n",
     ""},
    {"2026-11-28 08:00:00,123 ERROR o.a.f.r.ClusterEntrypoint [] - Could not start.\n"
     "java.lang.IllegalStateException: bad\n\tat a.B.c(B.java)\n"
     "Caused by: java.net.BindException: Address already in use\n",
     "Caused by: java.net.BindException: Address already in use"},
    // The JVM's own log: classes that were left out of the archive have names of errors, too.
    {"[21.002s][warning][cds] Skipping a/B$InitException: Not linked\n"
     "[21.003s][info   ][cds] Skipping a/FooError: Old class\n",
     ""},
    {"[0.013s][error  ][cds] An error has occurred while mapping\n",
     "[0.013s][error  ][cds] An error has occurred while mapping"},
    {"bwrap: Can't set hostname\nand more\n", "bwrap: Can't set hostname"},
    {"Error: \xE4\xE4\n", "Error: \xEF\xBF\xBD\xEF\xBF\xBD"},
    {"ERROR \xFF\x1B[2J\x01\n", "ERROR \xEF\xBF\xBD [2J "},
};

Test(end_reason, is_the_newest_error) {
    char reason[200];

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        end_reason_find(rows[index].tail, strlen(rows[index].tail), reason, sizeof reason);
        cr_expect(eq(str, reason, (char *)rows[index].reason));
    }
}

Test(end_reason, is_found_behind_0_bytes) {
    static const char TAIL[] = "\0\0\0Error: one\0\n\0";
    char reason[40];

    end_reason_find(TAIL, sizeof TAIL - 1, reason, sizeof reason);
    cr_assert(eq(str, reason, "Error: one"));
}

// 'Error: ä…' cut at 511 bytes ended the daemon once.
Test(end_reason, is_cut_between_characters) {
    char tail[1200] = "Error: ";
    char reason[512];

    for (size_t at = strlen(tail); at + 2 < sizeof tail; at += 2)
        memcpy(tail + at, "\xC3\xA4", 2);
    for (size_t size = 1; size <= sizeof reason; size++) {
        end_reason_find(tail, strlen(tail), reason, size);
        cr_assert(utf8_is_valid(reason, strlen(reason)));
    }
}
