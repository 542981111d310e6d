#include "runtime/kafka/kafka_lag.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/kafka/kafka_client.h"
#include "runtime/kafka/kafka_offsets.h"

#include <unistd.h>

// A broker answers in milliseconds; the library needs seconds to find a topic.
enum { QUESTION_MAX_MS = 10000, ROUND_MAX_MS = 15000 };

enum phase {
    PHASE_IDLE,
    PHASE_COMMITTED, // asks for the offsets of the group
    PHASE_ENDS,      // asks for the ends of the partitions
    PHASE_REFUSED,   // the library has refused the settings
};

struct probe {
    sd_event *loop;
    struct kafka_source source;
    struct kafka_client *client; // NULL before the first round
    sd_event_source *io;
    enum phase phase;
    int64_t began_us;
    struct kafka_partition *partitions; // KAFKA_PARTITIONS_MAX of them
    int partition_count;
    struct kafka_lag_figures lag;
    char trouble[MEASURED_FAILURE_SIZE]; // an error of the library in this round; "" = none
    char failure[MEASURED_FAILURE_SIZE]; // of the newest round; "" = none
};

struct kafka_lag {
    struct probe probes[KAFKA_SOURCES_MAX];
    int probe_count;
};

static const struct kafka_lag_figures UNKNOWN = {MEASUREMENT_UNKNOWN, MEASUREMENT_UNKNOWN};

static void fail(struct probe *probe, const char *reason) {
    (void)text_format(probe->failure, sizeof probe->failure, "%.100s, group %.60s: %s",
                      probe->source.servers, probe->source.group_id,
                      probe->trouble[0] != '\0' ? probe->trouble : reason);
    probe->lag = UNKNOWN;
    if (probe->phase != PHASE_REFUSED) probe->phase = PHASE_IDLE;
}

// --- answers ---

static void finish(struct probe *probe) {
    probe->lag = kafka_lag_of(probe->partitions, probe->partition_count);
    probe->failure[0] = '\0';
    probe->phase = PHASE_IDLE;
}

static void read_ends(struct probe *probe) {
    int missing = 0;

    for (int index = 0; index < probe->partition_count; index++) {
        struct kafka_partition *partition = &probe->partitions[index];
        if (partition->end >= 0) continue;
        if (!kafka_client_read_end(probe->client, partition->number, &partition->end)) missing++;
    }
    if (missing == 0) finish(probe);
}

static void ask_for_ends(struct probe *probe, const rd_kafka_topic_partition_list_t *committed) {
    probe->partition_count = 0;
    for (int index = 0; committed != NULL && index < committed->cnt; index++) {
        const rd_kafka_topic_partition_t *one = &committed->elems[index];
        if (!text_equal(one->topic, probe->source.topic) || one->offset < 0) continue;
        if (!kafka_client_ask_end(probe->client, one->partition)) continue;
        if (probe->partition_count == KAFKA_PARTITIONS_MAX) continue;
        probe->partitions[probe->partition_count++] = (struct kafka_partition){
            .number = one->partition, .committed = one->offset, .end = KAFKA_OFFSET_UNKNOWN};
    }
    probe->phase = PHASE_ENDS;
    read_ends(probe);
}

static void on_committed(struct probe *probe, rd_kafka_event_t *event) {
    const rd_kafka_ListConsumerGroupOffsets_result_t *result =
        rd_kafka_event_ListConsumerGroupOffsets_result(event);
    size_t count = 0;

    if (probe->phase != PHASE_COMMITTED) return;
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fail(probe, rd_kafka_event_error_string(event));
        return;
    }
    const rd_kafka_group_result_t **groups =
        rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    const rd_kafka_error_t *refused = count == 0 ? NULL : rd_kafka_group_result_error(groups[0]);
    if (refused != NULL) {
        fail(probe, rd_kafka_error_string(refused));
        return;
    }
    ask_for_ends(probe, count == 0 ? NULL : rd_kafka_group_result_partitions(groups[0]));
}

// An unreachable broker does not end the round: there may be others, or it may return. The timeout
// of the question ends it.
static void on_event(struct probe *probe, rd_kafka_event_t *event) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT)
        on_committed(probe, event);
    else if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        (void)text_copy(probe->trouble, sizeof probe->trouble, rd_kafka_event_error_string(event));
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct probe *probe = userdata;
    uint64_t ignored;

    (void)source;
    (void)events;
    // Only a notification: the answers are read below, until there is none.
    ssize_t got = read(fd, &ignored, sizeof ignored);
    (void)got;
    for (;;) {
        rd_kafka_event_t *event = kafka_client_next(probe->client);
        if (event == NULL) break;
        on_event(probe, event);
        rd_kafka_event_destroy(event);
    }
    if (probe->phase == PHASE_ENDS) read_ends(probe);
    return 0;
}

// --- rounds ---

static bool connect_to(struct probe *probe, struct error *err) {
    struct kafka_client *client = NULL;

    if (!kafka_client_new(&probe->source, &client, err)) return false;
    probe->client = client;
    int code = sd_event_add_io(probe->loop, &probe->io, client->event_fd, EPOLLIN, on_io, probe);
    if (code < 0) return error_system(err, -code, "descriptor of a Kafka client");
    probe->partitions = memory_alloc(KAFKA_PARTITIONS_MAX * sizeof *probe->partitions);
    return true;
}

static void begin(struct probe *probe) {
    int64_t now_us = clock_monotonic_us();
    struct error err;

    if (probe->phase == PHASE_REFUSED) return;
    if (probe->phase != PHASE_IDLE) {
        if (now_us - probe->began_us < ROUND_MAX_MS * 1000) return;
        fail(probe, "no answer");
    }
    if (probe->client == NULL && !connect_to(probe, &err)) {
        probe->phase = PHASE_REFUSED;
        fail(probe, err.message);
        return;
    }
    probe->phase = PHASE_COMMITTED;
    probe->began_us = now_us;
    probe->trouble[0] = '\0';
    kafka_client_ask_committed(probe->client, probe->source.group_id, QUESTION_MAX_MS);
}

void kafka_lag_begin(struct kafka_lag *lag) {
    for (int index = 0; index < lag->probe_count; index++)
        begin(&lag->probes[index]);
}

void kafka_lag_put(const struct kafka_lag *lag, struct job_measurement *measurement) {
    struct kafka_lag_figures sum = UNKNOWN;

    for (int index = 0; index < lag->probe_count; index++) {
        const struct probe *probe = &lag->probes[index];
        kafka_lag_add(&sum, &probe->lag);
        if (measurement->lag_failure[0] == '\0')
            (void)text_copy(measurement->lag_failure, sizeof measurement->lag_failure,
                            probe->failure);
    }
    kafka_lag_join(&sum, measurement);
}

// --- life ---

struct kafka_lag *kafka_lag_new(sd_event *loop, const json_t *properties) {
    struct kafka_source sources[KAFKA_SOURCES_MAX];
    int count = kafka_sources_find(properties, sources);

    if (count == 0) return NULL;
    struct kafka_lag *lag = memory_alloc(sizeof *lag);
    for (int index = 0; index < count; index++)
        lag->probes[index] = (struct probe){.loop = loop, .source = sources[index], .lag = UNKNOWN};
    lag->probe_count = count;
    return lag;
}

void kafka_lag_free(struct kafka_lag *lag) {
    if (lag == NULL) return;
    for (int index = 0; index < lag->probe_count; index++) {
        struct probe *probe = &lag->probes[index];
        (void)sd_event_source_disable_unref(probe->io);
        kafka_client_free(probe->client);
        memory_free(probe->partitions);
    }
    memory_free(lag);
}
