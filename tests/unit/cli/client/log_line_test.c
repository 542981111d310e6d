// Lines of Flink's logs, as a run on Flink 1.20 has written them.
#include "cli/client/log_line.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char HALT[] =
    "2026-11-24 01:53:22,740 INFO  org.apache.flink.runtime.jobmaster.JobMaster"
    "                 [] - Triggering stop-with-savepoint for job d7cb.";
static struct log_line line;

Test(log_line, the_parts_of_an_entry_are_found) {
    cr_assert(log_line_read(HALT, &line));
    cr_assert(eq(int, line.level, LOG_LINE_INFO));
    cr_assert(
        eq(int,
           strncmp(line.logger, "org.apache.flink.runtime.jobmaster.JobMaster", line.logger_length),
           0));
    cr_assert(eq(str, (char *)line.message, "Triggering stop-with-savepoint for job d7cb."));
}

Test(log_line, times_are_milliseconds_of_the_calendar) {
    cr_assert(log_line_read("1970-01-02 00:00:01,005 WARN  a.B [] - x", &line));
    cr_assert(eq(i64, line.time_ms, 86401005));
    cr_assert(log_line_read("2024-03-01 00:00:00,000 WARN  a.B [] - x", &line));
    cr_assert(eq(i64, line.time_ms, 1709251200000));
}

Test(log_line, what_is_no_beginning_of_an_entry_is_none) {
    static const char *const others[] = {"", "\tat org.example.Job.main(Job.java:12)",
                                         "Caused by: java.lang.Error", "2026-11-24 01:53:22 INFO x",
                                         "2026-11-24 01:53:22,740 NOTE  x [] - y"};

    for (size_t index = 0; index < COUNT_OF(others); index++)
        cr_assert(not(log_line_read(others[index], &line)), "%s", others[index]);
}

Test(log_line, a_developer_sees_the_jobs_own_entries_and_what_went_wrong) {
    static const struct {
        const char *text;
        bool is_shown;
    } rows[] = {
        {"2026-11-24 01:53:22,740 INFO  example.Counter [] - hello", true},
        {"2026-11-24 01:53:22,740 DEBUG example.Counter [] - hello", false},
        {"2026-11-24 01:53:22,740 INFO  org.apache.flink.runtime.taskmanager.Task [] - x", false},
        {"2026-11-24 01:53:22,740 WARN  org.apache.flink.runtime.taskmanager.Task [] - x", true},
        {"2026-11-24 01:53:22,740 WARN  org.apache.flink.configuration.Configuration [] - x",
         false},
        {"2026-11-24 01:53:22,740 ERROR org.apache.flink.configuration.Configuration [] - x", true},
        {"2026-11-24 01:53:22,740 INFO  org.apache.pekko.Thing [] - x", false},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        cr_assert(log_line_read(rows[index].text, &line));
        cr_assert(eq(int, log_line_is_interesting(&line), rows[index].is_shown), "%s",
                  rows[index].text);
    }
}
