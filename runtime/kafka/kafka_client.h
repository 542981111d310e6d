// A client of one Kafka cluster, for asking about one topic and one consumer group. Nothing waits:
// questions are handed to the library's threads, answers are told by a descriptor of the loop.
//
// The library has no question for the end of a partition that would not wait. A consumer that is
// set to the end and told that it has reached it is one: no member of any group, and nothing is
// committed.
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
    struct kafka_reading *readings; // KAFKA_PARTITIONS_MAX of them; partitions whose end was asked
    int reading_count;
    int event_fd; // readable: there are answers
};

// ERROR_INVALID: the settings are not those of the library (sasl.mechanism AWS_MSK_IAM is Java's).
MUST_CHECK bool kafka_client_new(const struct kafka_source *source, struct kafka_client **out,
                                 struct error *err);
// Ends it in a thread of its own: the library waits for its threads, and one of those may be
// waiting for a name server.
void kafka_client_free(struct kafka_client *client);
DEFINE_AUTO(kafka_client_free, struct kafka_client *);
// Until all of them have ended, but no longer than that.
void kafka_clients_wait_ended(int64_t timeout_ms);

void kafka_client_ask_committed(struct kafka_client *client, const char *group_id, int timeout_ms);
// Of a partition, as often as one likes. False: there are too many partitions.
bool kafka_client_ask_end(struct kafka_client *client, int32_t partition);
// The next answer for the group or an error; NULL: none. The caller destroys it.
rd_kafka_event_t *kafka_client_next(struct kafka_client *client);
// The answer about a partition's end; false: not there yet.
bool kafka_client_read_end(struct kafka_client *client, int32_t partition, int64_t *out_end);
