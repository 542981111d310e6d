// Which pages of Flink's web interface are shown, and how they are asked for.
#include "api/admin/flink_page.h"

#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef"

struct shown_row {
    const char *rest;
    const char *query;
    const char *target;
};

// clang-format off
static const struct shown_row shown[] = {
    {"", "", "/"},
    {"/", "", "/"},
    {"/main.687adc590d915451.js", "", "/main.687adc590d915451.js"},
    {"/assets/vs/base/browser/ui/codicons/codicon/codicon.ttf", "v=1", "/assets/vs/base/browser/ui/codicons/codicon/codicon.ttf"},
    {"/config", "", "/config"},
    {"/jobs/overview", "x=1", "/jobs/overview"},
    {"/jobs/", "", "/jobs"},
    {"/v1/jobs/" ID, "", "/v1/jobs/" ID},
    {"/j%6fbs/" ID "/vertices/" ID "/subtasks/3/attempts/0", "", "/jobs/" ID "/vertices/" ID "/subtasks/3/attempts/0"},
    {"/jobs/" ID "/vertices/" ID "/metrics", "get=0.Source%3a_a.x,b+c&agg=min&authToken=link~1", "/jobs/" ID "/vertices/" ID "/metrics?get=0.Source%3A_a.x%2Cb%20c&agg=min"},
    {"/jobs/" ID "/vertices/" ID "/flamegraph", "type=FULL&subtaskindex=1", "/jobs/" ID "/vertices/" ID "/flamegraph?type=FULL&subtaskindex=1"},
    {"/jobs/" ID "/checkpoints/details/12/subtasks/" ID, "", "/jobs/" ID "/checkpoints/details/12/subtasks/" ID},
    {"/jobs/" ID "/exceptions", "maxExceptions=10", "/jobs/" ID "/exceptions?maxExceptions=10"},
    {"/jars", "programArg=x", "/jars"},
    {"/jars/", "", "/jars"},
    {"/taskmanagers/127.0.0.1%3A1-a/log", "", "/taskmanagers/127.0.0.1%3A1-a/log"},
    {"/taskmanagers/flink-taskmanager-1-1/logs/taskmanager-1.log", "", "/taskmanagers/flink-taskmanager-1-1/logs/taskmanager-1.log"},
    {"/jobmanager/thread-dump", "", "/jobmanager/thread-dump"},
    {"/jobs/" ID "/rescales/history", "", "/jobs/" ID "/rescales/history"},
};

// What changes something, and spellings of a path that servers read differently.
static const char *const refused[] = {
    "/jars/x.jar/plan", "/v1/jars/x.jar/plan", "//jars/x/plan", "/%6aars/x/plan", "/jars%2Fx/plan", "/jars/x.js",
    "/jobs/" ID "/yarn-cancel", "/jobs/" ID "/yarn%2Dstop", "/jobs/" ID "//yarn-cancel/", "/jobs/" ID "/yarn-cancel#x",
    "/jobs/" ID "/stop", "/jobs/" ID "/savepoints/" ID, "/cluster", "/datasets/" ID, "/savepoint-disposal/" ID,
    "/./jars/x.jar/plan", "/%2e/jars/x.jar/plan", "/a/../jars/x", "/jobs/a%00/yarn-stop", "/jobs/" ID "/x", "/jobs/" ID "#",
    "/jobs\\" ID, "/jobs/%5C", "/jobs/%252e%252e/x", "/jobs/%zz", "/jobs/%", "/jobs/%4", "/jobs/a\tb", "/jobs/\x7f", "/jobs/\xc3\xa4",
    "/jobs/not-hexadecimal", "/.hidden.js", "/assets/../main.js", "/taskmanagers/../jobs", "/overview/x.js", "/jobs;x=1",
    "/config;/../cluster", "/jobs/" ID "/plan;yarn-cancel", "/taskmanagers/a%2Fb/log",
    "/a.js/b.js/c.js/d.js/e.js/f.js/g.js/h.js/i.js/j.js/k.js",
};

static const char *const unknown[] = {"/nothing-like-it", "/favicon", "/assets", "/main.js/x", "/yarn-cancel"};
// clang-format on

Test(flink_page, shows_pages_that_change_nothing_and_asks_for_exactly_these) {
    for (size_t index = 0; index < COUNT_OF(shown); index++) {
        AUTO(memory_free) char *target = NULL;
        cr_assert(eq(int, flink_page_check(shown[index].rest, shown[index].query, &target),
                     FLINK_PAGE_SHOWN),
                  "%s", shown[index].rest);
        cr_assert(eq(str, target, (char *)shown[index].target));
    }
}

static void check_not_shown(const char *rest, const char *query, enum flink_page_verdict verdict) {
    char *target = NULL;

    cr_assert(eq(int, flink_page_check(rest, query, &target), verdict), "%s?%s", rest, query);
    cr_assert(target == NULL);
}

Test(flink_page, refuses_what_changes_something_or_can_be_read_in_two_ways) {
    for (size_t index = 0; index < COUNT_OF(refused); index++)
        check_not_shown(refused[index], "", FLINK_PAGE_REFUSED);
    for (size_t index = 0; index < COUNT_OF(unknown); index++)
        check_not_shown(unknown[index], "", FLINK_PAGE_UNKNOWN);
    check_not_shown("/jobs/overview", "get=%00", FLINK_PAGE_REFUSED);
    check_not_shown("/jobs/overview", "get=%0d%0aX:y", FLINK_PAGE_REFUSED);
    check_not_shown("/jobs/overview", "get=%ff", FLINK_PAGE_REFUSED);
    check_not_shown("/jobs/overview", "get=%", FLINK_PAGE_REFUSED);
}
