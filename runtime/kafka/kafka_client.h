// A client of one Kafka cluster, for questions about one topic and one consumer group. No call
// blocks: the library's threads send questions, and a descriptor for the loop reports answers.
//
// The library has no non-blocking call for the end of a partition. Instead a consumer is set to the
// end, and reports when it is there. It is not a member of a group and commits nothing.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/kafka/kafka_source.h"

#include <librdkafka/rdkafka.h>
#include <stdint.h>

#define KAFKA_PARTITIONS_MAX 512

struct kafka_reading {
    int32_t partition;
    rd_kafka_queue_t *answers;
};

struct kafka_client {
    rd_kafka_t *library;
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *answers;      // of the group, and errors
    struct kafka_reading *readings; // KAFKA_PARTITIONS_MAX; partitions whose end was asked for
    int reading_count;
    int event_fd; // readable: there are answers
};

// ERROR_INVALID: the library does not know a setting (sasl.mechanism AWS_MSK_IAM is of Java).
MUST_CHECK bool kafka_client_new(const struct kafka_source *source, struct kafka_client **out,
                                 struct error *err);
// Returns at once; another thread frees it, because the library waits for its own threads, and one
// of them may be waiting for a name server.
void kafka_client_free(struct kafka_client *client);
DEFINE_AUTO(kafka_client_free, struct kafka_client *);
// Waits until all clients are freed, at most `timeout_ms`.
void kafka_clients_wait_ended(int64_t timeout_ms);

void kafka_client_ask_committed(struct kafka_client *client, const char *group_id, int timeout_ms);
// May be asked again for the same partition. False: too many partitions.
bool kafka_client_ask_end(struct kafka_client *client, int32_t partition);
// The next answer about the group, or an error; NULL = none. The caller destroys it.
rd_kafka_event_t *kafka_client_next(struct kafka_client *client);
// The answer about a partition's end; false: no answer yet.
bool kafka_client_read_end(struct kafka_client *client, int32_t partition, int64_t *out_end);
