#include "runtime/local/page_jobs.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(page_jobs, lists_are_known_by_their_paths) {
    cr_assert(page_jobs_is_list("/jobs"));
    cr_assert(page_jobs_is_list("/jobs/"));
    cr_assert(page_jobs_is_list("/jobs?x=/y"));
    cr_assert(page_jobs_is_list("/jobs/overview"));
    cr_assert(not(page_jobs_is_list("/jobs/6b6f62656c0000000000000000000000")));
    cr_assert(not(page_jobs_is_list("/jobs/overview/x")));
    cr_assert(not(page_jobs_is_list("/jobsoverview")));
    cr_assert(not(page_jobs_is_list("/")));
}

static void check(const char *body, const char *expected) {
    AUTO(memory_free) char *shown = page_jobs_without_primer(body, strlen(body));

    if (expected == NULL)
        cr_assert(shown == NULL, "%s", shown);
    else
        cr_assert(eq(str, shown, (char *)expected));
}

Test(page_jobs, the_trivial_job_is_left_out) {
    check("{\"jobs\":[{\"id\":\"6b6f62656c00112233445566778899aa\",\"status\":\"FINISHED\"},"
          "{\"id\":\"00112233445566778899aabbccddeeff\",\"status\":\"RUNNING\"}]}",
          "{\"jobs\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"status\":\"RUNNING\"}]}");
    check("{\"jobs\":[{\"jid\":\"6b6f62656c00112233445566778899aa\",\"name\":\"kobel primer\"}]}",
          "{\"jobs\":[]}");
}

Test(page_jobs, other_pages_stay_as_they_are) {
    check("{\"jobs\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"status\":\"RUNNING\"}]}",
          NULL);
    check("{\"jobs\":7}", NULL);
    check("[]", NULL);
    check("not JSON", NULL);
}
