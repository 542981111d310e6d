#include "model/runtime_environment.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

static int flink_number(enum runtime_environment runtime) {
    int64_t minor = 0;
    const char *name = runtime_environment_name(runtime); // "FLINK-1_20"

    cr_assert(text_to_int64(name + strlen("FLINK-1_"), &minor), "%s", name);
    return (name[strlen("FLINK-")] - '0') * 1000 + (int)minor;
}

Test(runtime_environment, reads_what_the_same_or_an_earlier_flink_wrote) {
    for (int left = 0; left < RUNTIME_COUNT; left++)
        for (int right = 0; right < RUNTIME_COUNT; right++) {
            enum runtime_environment a = (enum runtime_environment)left;
            enum runtime_environment b = (enum runtime_environment)right;
            if (runtime_environment_family(a) != RUNTIME_FAMILY_FLINK ||
                runtime_environment_family(b) != RUNTIME_FAMILY_FLINK)
                continue;
            bool is_too_old = flink_number(b) <= 1008 && flink_number(a) >= 1018;
            cr_assert_eq(runtime_environment_reads(a, b),
                         flink_number(a) >= flink_number(b) && !is_too_old, "%s of %s",
                         runtime_environment_name(a), runtime_environment_name(b));
        }
}

Test(runtime_environment, that_kobel_runs_has_all_facts) {
    for (int index = 0; index < RUNTIME_COUNT; index++) {
        enum runtime_environment runtime = (enum runtime_environment)index;
        bool runs = runtime_environment_can_run(runtime);
        const char *name = runtime_environment_name(runtime);
        cr_assert_eq(runs, runtime_environment_flink_version(runtime) != NULL, "%s", name);
        cr_assert_eq(runs, runtime_environment_java(runtime) != 0, "%s", name);
        cr_assert_eq(runs, runtime_environment_python_minor(runtime) != 0, "%s", name);
        cr_assert_eq(runs, runtime_environment_conf_file(runtime) != NULL, "%s", name);
        cr_assert_eq(runs, runtime_environment_claim_key(runtime) != NULL, "%s", name);
        cr_assert_not(runs && runtime_environment_is_retired(runtime), "%s", name);
    }
    cr_assert(runtime_environment_can_run(RUNTIME_DEFAULT));
}

struct expectation {
    enum runtime_environment runtime;
    const char *conf_file;
    bool has_program_config;
    bool has_run_conf;
    bool has_job_conf;
    const char *claim_key;
};

Test(runtime_environment, has_what_its_flink_can_do) {
    static const struct expectation rows[] = {
        {RUNTIME_FLINK_1_15, "flink-conf.yaml", false, false, false, "restoreMode"},
        {RUNTIME_FLINK_1_18, "flink-conf.yaml", false, true, false, "restoreMode"},
        {RUNTIME_FLINK_1_19, "config.yaml", true, true, false, "restoreMode"},
        {RUNTIME_FLINK_1_20, "config.yaml", true, true, true, "claimMode"},
        {RUNTIME_FLINK_2_2, "config.yaml", true, true, true, "claimMode"},
        {RUNTIME_FLINK_2_3, "config.yaml", true, true, true, "claimMode"},
    };

    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const struct expectation *row = &rows[index];
        cr_assert_str_eq(runtime_environment_conf_file(row->runtime), row->conf_file);
        cr_assert_str_eq(runtime_environment_claim_key(row->runtime), row->claim_key);
        cr_assert_eq(runtime_environment_has_program_config(row->runtime), row->has_program_config);
        cr_assert_eq(runtime_environment_has_run_conf(row->runtime), row->has_run_conf);
        cr_assert_eq(runtime_environment_has_job_conf(row->runtime), row->has_job_conf);
    }
}

Test(runtime_environment, list_names_those_that_kobel_runs) {
    char list[RUNTIME_ENVIRONMENT_LIST_SIZE];

    runtime_environment_list(list);
    cr_assert(strncmp(list, "FLINK-1_15, FLINK-1_18, ", 24) == 0, "%s", list);
    cr_assert(strstr(list, " or ") != NULL && strstr(list, "FLINK-1_13") == NULL, "%s", list);
    for (int index = 0; index < RUNTIME_COUNT; index++)
        if (runtime_environment_can_run((enum runtime_environment)index))
            cr_assert(strstr(list, runtime_environment_name((enum runtime_environment)index)));
}

Test(runtime_environment, a_download_has_a_size_where_there_is_one) {
    for (int index = 0; index < RUNTIME_COUNT; index++) {
        enum runtime_environment runtime = (enum runtime_environment)index;
        cr_assert_eq(runtime_environment_download_mb(runtime) > 0,
                     runtime_environment_can_run(runtime));
    }
}
