// Which failures get the option that raises a limit of memory.
#include "runtime/local/cluster_memory.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

struct failure_case {
    const char *failure;
    const char *limit; // NULL: it stays as it is
};

static const struct failure_case failure_cases[] = {
    {"taskmanager-1 ended with exit status 3: Terminating due to java.lang.OutOfMemoryError: Java "
     "heap space",
     "the limit of the heap"},
    {"java.lang.OutOfMemoryError: Metaspace. The metaspace out-of-memory error has occurred.",
     "the limit of the metaspace"},
    {"java.lang.OutOfMemoryError: Direct buffer memory. The direct out-of-memory error has "
     "occurred.",
     "the limit of the direct memory"},
    {"jobmanager was killed at its memory limit of 480 MB", "the limit of the memory of a process"},
    {"java.lang.OutOfMemoryError: unable to create native thread", NULL},
    {"java.lang.IllegalStateException: heap space", NULL},
    {"", NULL},
};

Test(cluster_memory, a_failure_by_a_limit_names_it_and_the_option) {
    for (size_t index = 0; index < COUNT_OF(failure_cases); index++) {
        const struct failure_case *one = &failure_cases[index];
        char failure[APP_FAILURE_SIZE];

        (void)text_copy(failure, sizeof failure, one->failure);
        cluster_memory_explain(PROFILE_DEV, failure, sizeof failure);
        cr_assert(eq(int, strstr(failure, "--kpu-memory") != NULL, one->limit != NULL));
        if (one->limit != NULL) cr_assert(strstr(failure, one->limit) != NULL, "%s", failure);
        cr_assert(strstr(failure, one->failure) != NULL);
    }
}

// There the service itself would refuse it.
Test(cluster_memory, the_profile_of_the_service_has_no_such_option) {
    char failure[APP_FAILURE_SIZE] = "java.lang.OutOfMemoryError: Metaspace";

    cluster_memory_explain(PROFILE_AWS, failure, sizeof failure);
    cr_assert(eq(str, failure, "java.lang.OutOfMemoryError: Metaspace"));
}

Test(cluster_memory, the_loss_of_a_python_process_has_its_reason_elsewhere) {
    cr_assert(cluster_memory_is_loss_of_python(
        "java.lang.RuntimeException: Python process exits with code: 137"));
    cr_assert(cluster_memory_is_loss_of_python(
        "org.apache.beam.vendor.grpc.v1p60p1.io.grpc.StatusRuntimeException: CANCELLED: client "
        "cancelled"));
    cr_assert(not(cluster_memory_is_loss_of_python("Python process exits with code: 1")));
}
