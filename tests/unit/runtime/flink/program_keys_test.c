// The settings that the code of a job may change.
#include "runtime/flink/program_keys.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

// As Flink reads the list: a key of it, or one below such a key.
static bool is_let_through(enum runtime_environment runtime, const char *key) {
    AUTO(buffer_release) struct buffer keys = BUFFER_INIT(16384);
    bool is_found = false;

    program_keys_print(runtime, &keys);
    for (char *at = strtok(keys.data, ";"); at != NULL; at = strtok(NULL, ";"))
        is_found = is_found || text_equal(at, key) ||
                   (text_starts_with(key, at) && key[strlen(at)] == '.');
    return is_found;
}

// clang-format off
static const struct {
    const char *key;
    bool is_let_through_1_20;
    bool is_let_through_2_2;
} rows[] = {
    {"execution.runtime-mode",                             true,  true},
    {"pipeline.name",                                      true,  true},
    {"pipeline.global-job-parameters.any",                 true,  true},
    {"table.exec.state.ttl",                               true,  true},
    {"table.exec.sink.upsert-materialize-strategy.type",   true,  true},
    {"table.sql-dialect",                                  true,  true},
    {"python.job-options",                                 true,  true},
    {"python.requirements",                                true,  true},
    {"__table.query-start.local-time",                     true,  true},
    {"execution.checkpointing.interval-during-backlog",    true,  false},
    {"execution.buffer-timeout.enabled",                   true,  false},
    {"taskmanager.network.adaptive-partitioner.enabled",   false, true},
    // Not in the list although their prefix is in it.
    {"pipeline.default-kryo-serializers",                  false, false},
    {"pipeline.watermark-alignment.max-drift",             false, false},
    {"table.exec.resource.default-parallelism",            false, false},
    {"python.client.executable",                           false, false},
    {"execution.buffer-timeout.interval",                  true,  false},
    {"execution.checkpointing.unaligned",                  false, false},
    {"execution.checkpointing.interval",                   false, false},
    {"restart-strategy.type",                              false, false},
};
// clang-format on

Test(program_keys, of_flink_2_3_are_those_of_2_2_and_what_kobel_sets_to_keep_its_behaviour) {
    cr_assert(is_let_through(RUNTIME_FLINK_2_3, "pipeline.watermark-alignment.max-drift"));
    for (size_t index = 0; index < COUNT_OF(rows); index++)
        if (!text_equal(rows[index].key, "pipeline.watermark-alignment.max-drift"))
            cr_assert_eq(is_let_through(RUNTIME_FLINK_2_3, rows[index].key),
                         rows[index].is_let_through_2_2, "%s", rows[index].key);
}

Test(program_keys, are_those_of_the_service_one_by_one) {
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        const char *key = rows[index].key;
        cr_assert_eq(is_let_through(RUNTIME_FLINK_1_19, key), rows[index].is_let_through_1_20, "%s",
                     key);
        cr_assert_eq(is_let_through(RUNTIME_FLINK_1_20, key), rows[index].is_let_through_1_20, "%s",
                     key);
        cr_assert_eq(is_let_through(RUNTIME_FLINK_2_2, key), rows[index].is_let_through_2_2, "%s",
                     key);
    }
}
