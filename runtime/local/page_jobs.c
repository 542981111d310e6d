#include "runtime/local/page_jobs.h"

#include "base/json.h"
#include "base/text.h"
#include "runtime/local/primer.h"

#include <string.h>

bool page_jobs_is_list(const char *path) {
    size_t length = strcspn(path, "?");

    while (length > 1 && path[length - 1] == '/')
        length--;
    return (length == strlen("/jobs") && strncmp(path, "/jobs", length) == 0) ||
           (length == strlen("/jobs/overview") && strncmp(path, "/jobs/overview", length) == 0);
}

static bool is_primer(const json_t *job) {
    return text_starts_with(json_text_or(job, "id", json_text_or(job, "jid", "")),
                            PRIMER_JOB_PREFIX);
}

char *page_jobs_without_primer(const char *body, size_t size_bytes) {
    AUTO(json_decref) json_t *page = NULL;
    json_t *jobs;
    bool has_primer = false;

    if (!json_parse(body, size_bytes, &page, NULL)) return NULL;
    jobs = json_object_get(page, "jobs");
    for (size_t index = json_array_size(jobs); index-- > 0;) {
        if (!is_primer(json_array_get(jobs, index))) continue;
        (void)json_array_remove(jobs, index);
        has_primer = true;
    }
    return has_primer ? json_print(page) : NULL;
}
