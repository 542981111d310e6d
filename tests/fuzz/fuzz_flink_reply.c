// Replies of a JobManager, in which user code runs: any JSON for each parser of replies.
#include "base/memory.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "runtime/flink/flink_reply.h"
#include "runtime/flink/metrics_reply.h"

#include <string.h>

static void read_metrics(const json_t *reply) {
    struct flink_topology topology;
    char ids[300];
    struct error err;

    if (metrics_reply_topology(reply, &topology, &err)) {
        FUZZ_EXPECT(topology.vertex_count <= MEASURED_VERTICES_MAX);
        for (int index = 0; index < topology.vertex_count; index++)
            FUZZ_EXPECT(topology.vertices[index].inputs >> index == 0); // from earlier ones only
    }
    (void)metrics_reply_backlog_ids(reply, ids, sizeof ids);
    FUZZ_EXPECT(strlen(ids) < sizeof ids);
    FUZZ_EXPECT(metrics_reply_value(reply, "a", "sum") == metrics_reply_value(reply, "a", "sum"));
    (void)metrics_reply_by_suffix(reply, "pendingRecords", "sum");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(json_decref) json_t *reply = NULL;
    AUTO(memory_free) char *text = memory_alloc(size + 1);
    char line[600];
    char path[FILE_PATH_MAX];
    struct flink_port_range ports = {21100, 100};
    struct flink_slots slots;
    bool is_it;
    struct flink_job job;
    struct savepoint_view savepoint = {0};
    struct error err;

    memcpy(text, data, size);
    flink_reply_cause(text, line, sizeof line);
    FUZZ_EXPECT(strlen(line) < sizeof line && strchr(line, '\n') == NULL);
    if (!json_parse(text, size, &reply, &err)) return 0;
    if (flink_reply_is_instance(reply, "", &is_it, &err))
        FUZZ_EXPECT(!is_it || json_is_array(reply));
    if (flink_reply_slots(reply, &ports, &slots, &err)) FUZZ_EXPECT(slots.strangers >= 0);
    if (flink_reply_job(reply, &job, &err)) FUZZ_EXPECT(job.state != JOB_NONE);
    if (flink_reply_checkpoint(reply, path, &err)) FUZZ_EXPECT(strlen(path) < sizeof path);
    if (flink_reply_savepoint(reply, &savepoint, &err))
        FUZZ_EXPECT(savepoint.state != SAVEPOINT_NONE);
    read_metrics(reply);
    flink_reply_exception(reply, line, sizeof line);
    flink_reply_error(reply, line, sizeof line);
    AUTO(json_decref) json_t *sent = json_string(line);
    FUZZ_EXPECT(sent != NULL); // it is UTF-8
    return 0;
}
