// Questions about consumer groups, with the library's mock of a broker.
#include "runtime/kafka/kafka_lag.h"

#include "runtime/kafka/kafka_client.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <librdkafka/rdkafka_mock.h>
#include <string.h>

static sd_event *loop;
static rd_kafka_t *host; // of the mock
static rd_kafka_mock_cluster_t *broker;
static struct error err;

static rd_kafka_t *client_of(rd_kafka_type_t type, const char *group_id) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];

    rd_kafka_conf_set(conf, "log_level", "0", reason, sizeof reason);
    if (broker != NULL)
        rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(broker),
                          reason, sizeof reason);
    if (group_id != NULL) rd_kafka_conf_set(conf, "group.id", group_id, reason, sizeof reason);
    return rd_kafka_new(type, conf, reason, sizeof reason);
}

static void set_up(void) {
    cr_assert(ge(int, sd_event_new(&loop), 0));
    host = client_of(RD_KAFKA_PRODUCER, NULL);
    broker = rd_kafka_mock_cluster_new(host, 1);
    rd_kafka_mock_topic_create(broker, "in", 2, 1);
}

static void tear_down(void) {
    kafka_clients_wait_ended(300000);
    rd_kafka_mock_cluster_destroy(broker);
    broker = NULL;
    rd_kafka_destroy(host);
    sd_event_unref(loop);
}

TestSuite(kafka_lag, .init = set_up, .fini = tear_down);

static void write_records(int partition, int count) {
    rd_kafka_t *producer = client_of(RD_KAFKA_PRODUCER, NULL);

    for (int index = 0; index < count; index++)
        rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("in"), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_VALUE("x", 1), RD_KAFKA_V_END);
    cr_assert(eq(int, rd_kafka_flush(producer, 300000), 0));
    rd_kafka_destroy(producer);
}

static void commit(int partition, int offset) {
    rd_kafka_t *consumer = client_of(RD_KAFKA_CONSUMER, "g");
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, "in", partition)->offset = offset;
    cr_assert(eq(int, rd_kafka_commit(consumer, list, 0), 0));
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(consumer);
}

static struct kafka_lag *lag_of(const char *servers, const char *more) {
    char text[1000];
    AUTO(json_decref) json_t *properties = NULL;

    (void)snprintf(text, sizeof text,
                   "[{\"PropertyMap\":{\"bootstrap.servers\":\"%s\",\"topic\":\"in\","
                   "\"group.id\":\"g\"%s}}]",
                   servers, more);
    cr_assert(json_parse(text, strlen(text), &properties, &err), "%s", err.message);
    return kafka_lag_new(loop, properties);
}

// Runs rounds until one gives `wanted`. The loop waits for the descriptor, with a time limit.
static struct job_measurement measure(struct kafka_lag *lag, double wanted) {
    struct job_measurement measurement = {0};

    for (int turn = 0; turn < 6000; turn++) {
        kafka_lag_begin(lag);
        cr_assert(ge(int, sd_event_run(loop, 100000), 0));
        measurement = (struct job_measurement){0};
        kafka_lag_put(lag, &measurement);
        if (measurement.consumer_lag == wanted) return measurement;
    }
    return measurement;
}

Test(kafka_lag, of_a_group_is_the_number_of_records_it_has_not_committed) {
    write_records(0, 10);
    write_records(1, 4);
    commit(0, 3);
    commit(1, 4);
    AUTO(kafka_lag_free)
    struct kafka_lag *lag = lag_of(rd_kafka_mock_cluster_bootstraps(broker), "");
    struct job_measurement measured = measure(lag, 7);
    cr_assert(eq(dbl, measured.consumer_lag, 7));
    cr_assert(eq(dbl, measured.consumer_lag_max, 7));
    cr_assert(eq(str, measured.lag_failure, ""));

    write_records(1, 5);
    cr_assert(eq(dbl, measure(lag, 12).consumer_lag, 12), "each round asks again");
    commit(0, 10);
    commit(1, 9);
    cr_assert(eq(dbl, measure(lag, 0).consumer_lag, 0));
}

Test(kafka_lag, a_group_that_has_committed_nothing_has_no_lag_and_no_failure) {
    write_records(0, 1);
    AUTO(kafka_lag_free)
    struct kafka_lag *lag = lag_of(rd_kafka_mock_cluster_bootstraps(broker), "");
    for (int turn = 0; turn < 20; turn++) {
        kafka_lag_begin(lag);
        cr_assert(ge(int, sd_event_run(loop, 20000), 0));
    }
    struct job_measurement measurement = {0};
    kafka_lag_put(lag, &measurement);
    cr_assert(eq(dbl, measurement.consumer_lag, MEASUREMENT_UNKNOWN));
    cr_assert(eq(str, measurement.lag_failure, ""));
}

// The library then searches the coordinator of its own group, and without a group it aborts.
Test(kafka_lag, a_coordinator_that_moves_is_asked_again) {
    static const int16_t OFFSET_FETCH = 9;

    write_records(0, 2);
    commit(0, 1);
    rd_kafka_mock_push_request_errors(broker, OFFSET_FETCH, 2,
                                      RD_KAFKA_RESP_ERR_NOT_COORDINATOR_FOR_GROUP,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
    AUTO(kafka_lag_free)
    struct kafka_lag *lag = lag_of(rd_kafka_mock_cluster_bootstraps(broker), "");
    cr_assert(eq(dbl, measure(lag, 1).consumer_lag, 1));
}

Test(kafka_lag, settings_that_the_library_refuses_are_reported_and_not_tried_again) {
    AUTO(kafka_lag_free)
    struct kafka_lag *lag = lag_of("127.0.0.1:1", ",\"security.protocol\":\"SASL_SSL\","
                                                  "\"sasl.mechanism\":\"AWS_MSK_IAM\"");
    struct job_measurement measurement = {0};

    kafka_lag_begin(lag);
    kafka_lag_begin(lag);
    kafka_lag_put(lag, &measurement);
    cr_assert(eq(dbl, measurement.consumer_lag, MEASUREMENT_UNKNOWN));
    cr_assert(ne(ptr, strstr(measurement.lag_failure, "AWS_MSK_IAM"), NULL), "%s",
              measurement.lag_failure);
}

Test(kafka_lag, an_unreachable_broker_is_reported_with_its_name) {
    AUTO(kafka_lag_free) struct kafka_lag *lag = lag_of("127.0.0.1:1", "");
    struct job_measurement measurement = {0};

    for (int turn = 0; turn < 6000 && measurement.lag_failure[0] == '\0'; turn++) {
        kafka_lag_begin(lag);
        cr_assert(ge(int, sd_event_run(loop, 100000), 0));
        kafka_lag_put(lag, &measurement);
    }
    cr_assert(ne(ptr, strstr(measurement.lag_failure, "127.0.0.1:1"), NULL), "%s",
              measurement.lag_failure);
}

Test(kafka_lag, properties_without_a_group_cost_nothing) {
    AUTO(json_decref) json_t *properties = json_new_array();

    cr_assert(eq(ptr, kafka_lag_new(loop, properties), NULL));
}
