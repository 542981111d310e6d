#include "runtime/kafka/kafka_client.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

// --- the end ---

// How many clients are being freed.
static pthread_mutex_t ending_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ending_changed = PTHREAD_COND_INITIALIZER;
static int ending_count;

static void change_ending_count(int by) {
    (void)pthread_mutex_lock(&ending_mutex);
    ending_count += by;
    (void)pthread_cond_signal(&ending_changed);
    (void)pthread_mutex_unlock(&ending_mutex);
}

static void end(struct kafka_client *client) {
    for (int index = 0; index < client->reading_count; index++) {
        (void)rd_kafka_consume_stop(client->topic, client->readings[index].partition);
        rd_kafka_queue_destroy(client->readings[index].answers);
    }
    if (client->answers != NULL) rd_kafka_queue_destroy(client->answers);
    if (client->topic != NULL) rd_kafka_topic_destroy(client->topic);
    if (client->library != NULL) rd_kafka_destroy(client->library);
    memory_free(client->readings);
    memory_free(client);
}

static void *run_end(void *userdata) {
    end(userdata);
    change_ending_count(-1);
    return NULL;
}

void kafka_client_free(struct kafka_client *client) {
    pthread_t thread;

    if (client == NULL) return;
    // Otherwise the library could write to the descriptor after it was closed and used again.
    if (client->answers != NULL) rd_kafka_queue_io_event_enable(client->answers, -1, NULL, 0);
    for (int index = 0; index < client->reading_count; index++)
        rd_kafka_queue_io_event_enable(client->readings[index].answers, -1, NULL, 0);
    if (client->event_fd >= 0) (void)close(client->event_fd);
    change_ending_count(1);
    if (pthread_create(&thread, NULL, run_end, client) == 0)
        (void)pthread_detach(thread);
    else
        (void)run_end(client);
}

void kafka_clients_wait_ended(int64_t timeout_ms) {
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&ending_mutex);
    while (ending_count > 0 &&
           pthread_cond_clockwait(&ending_changed, &ending_mutex, CLOCK_MONOTONIC, &until) == 0)
        continue;
    (void)pthread_mutex_unlock(&ending_mutex);
}

// --- the beginning ---

// The library also reports this as an error event; do not log it twice.
static void log_nothing(const rd_kafka_t *library, int level, const char *facility,
                        const char *text) {
    (void)library;
    (void)level;
    (void)facility;
    (void)text;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err) {
    char reason[256];

    return rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK ||
           error_set(err, ERROR_INVALID, "%s", reason);
}

static bool configure(rd_kafka_conf_t *conf, const struct kafka_source *source, struct error *err) {
    static const char *const own[][2] = {
        {"client.id", "kobel"},
        // No member joins it and nothing is committed, but the library needs a group: when the
        // coordinator of the group in the question has moved, it searches that of its own group,
        // and aborts without one (librdkafka 2.0.2, rd_kafka_cgrp_op()).
        {"group.id", "kobel"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        // Records that are written meanwhile are fetched once at most, and not read.
        {"queued.min.messages", "1"},
        {"fetch.message.max.bytes", "1"},
        {"fetch.wait.max.ms", "10"},
        {"isolation.level", "read_uncommitted"}, // as Flink's source reads
        {"reconnect.backoff.max.ms", "10000"},
    };

    for (size_t index = 0; index < COUNT_OF(own); index++)
        if (!set(conf, own[index][0], own[index][1], err)) return false;
    for (int index = 0; index < source->setting_count; index++)
        if (!set(conf, source->settings[index].name, source->settings[index].value, err))
            return false;
    rd_kafka_conf_set_log_cb(conf, log_nothing);
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR);
    return set(conf, "bootstrap.servers", source->servers, err);
}

static void notify_by_event_fd(struct kafka_client *client, rd_kafka_queue_t *queue) {
    static const uint64_t ONE = 1;

    rd_kafka_queue_io_event_enable(queue, client->event_fd, &ONE, sizeof ONE);
}

bool kafka_client_new(const struct kafka_source *source, struct kafka_client **out,
                      struct error *err) {
    AUTO(kafka_client_free) struct kafka_client *client = memory_alloc(sizeof *client);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];

    client->event_fd = -1;
    if (configure(conf, source, err)) {
        client->library = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
        if (client->library == NULL) (void)error_set(err, ERROR_INVALID, "%s", reason);
    }
    if (client->library == NULL) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    client->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (client->event_fd < 0) return error_system(err, errno, "descriptor of a Kafka client");
    client->topic = rd_kafka_topic_new(client->library, source->topic, NULL);
    if (client->topic == NULL)
        return error_set(err, ERROR_INVALID, "topic '%s': %s", source->topic,
                         rd_kafka_err2str(rd_kafka_last_error()));
    client->readings = memory_alloc(KAFKA_PARTITIONS_MAX * sizeof *client->readings);
    client->answers = rd_kafka_queue_new(client->library);
    rd_kafka_queue_t *errors = rd_kafka_queue_get_main(client->library);
    rd_kafka_queue_forward(errors, client->answers);
    rd_kafka_queue_destroy(errors);
    notify_by_event_fd(client, client->answers);
    *out = TAKE(client);
    return true;
}

// --- questions ---

void kafka_client_ask_committed(struct kafka_client *client, const char *group_id, int timeout_ms) {
    char reason[256];
    // The number of partitions is unknown; a missing one has no committed offset.
    rd_kafka_topic_partition_list_t *partitions =
        rd_kafka_topic_partition_list_new(KAFKA_PARTITIONS_MAX);
    rd_kafka_topic_partition_list_add_range(partitions, rd_kafka_topic_name(client->topic), 0,
                                            KAFKA_PARTITIONS_MAX - 1);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client->library, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_ListConsumerGroupOffsets_t *question =
        rd_kafka_ListConsumerGroupOffsets_new(group_id, partitions);

    (void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, reason, sizeof reason);
    rd_kafka_ListConsumerGroupOffsets(client->library, &question, 1, options, client->answers);
    rd_kafka_ListConsumerGroupOffsets_destroy(question);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_topic_partition_list_destroy(partitions);
}

static struct kafka_reading *find_reading(const struct kafka_client *client, int32_t partition) {
    for (int index = 0; index < client->reading_count; index++)
        if (client->readings[index].partition == partition) return &client->readings[index];
    return NULL;
}

bool kafka_client_ask_end(struct kafka_client *client, int32_t partition) {
    // A timeout of 0 does not wait. Unread answers to an earlier question become outdated.
    if (find_reading(client, partition) != NULL)
        return rd_kafka_seek(client->topic, partition, RD_KAFKA_OFFSET_END, 0) ==
               RD_KAFKA_RESP_ERR_NO_ERROR;
    if (client->reading_count == KAFKA_PARTITIONS_MAX) return false;
    if (rd_kafka_consume_start(client->topic, partition, RD_KAFKA_OFFSET_END) != 0) return false;
    rd_kafka_queue_t *answers = rd_kafka_queue_get_partition(
        client->library, rd_kafka_topic_name(client->topic), partition);
    client->readings[client->reading_count++] = (struct kafka_reading){partition, answers};
    notify_by_event_fd(client, answers);
    return true;
}

// --- answers ---

rd_kafka_event_t *kafka_client_next(struct kafka_client *client) {
    return rd_kafka_queue_poll(client->answers, 0);
}

// The end is reported by an event, or it is the offset of the first record that was written since.
static bool end_of(rd_kafka_event_t *event, int64_t *out_end) {
    const rd_kafka_message_t *record = rd_kafka_event_message_next(event);
    bool is_end = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__PARTITION_EOF;

    if (record != NULL) *out_end = record->offset;
    if (record != NULL || !is_end) return record != NULL;
    rd_kafka_topic_partition_t *place = rd_kafka_event_topic_partition(event);
    if (place == NULL) return false;
    *out_end = place->offset;
    rd_kafka_topic_partition_destroy(place);
    return true;
}

bool kafka_client_read_end(struct kafka_client *client, int32_t partition, int64_t *out_end) {
    const struct kafka_reading *reading = find_reading(client, partition);
    bool is_known = false;

    while (reading != NULL && !is_known) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(reading->answers, 0);
        if (event == NULL) return false;
        is_known = end_of(event, out_end);
        rd_kafka_event_destroy(event);
    }
    return is_known;
}
