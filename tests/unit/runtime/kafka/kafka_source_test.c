// Consumer groups in an application's properties, and their lag from offsets.
#include "runtime/kafka/kafka_source.h"

#include "runtime/kafka/kafka_offsets.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct kafka_source found[KAFKA_SOURCES_MAX];

static int find(const char *text) {
    AUTO(json_decref) json_t *properties = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &properties, &err), "%s", err.message);
    return kafka_sources_find(properties, found);
}

#define GROUP(id, map) "{\"PropertyGroupId\":\"" id "\",\"PropertyMap\":{" map "}}"
#define INPUT          "\"bootstrap.servers\":\"b:9092\",\"topic\":\"in\",\"group.id\":\"g\""

Test(kafka_source, a_group_with_brokers_topic_and_group_id_is_a_source_and_a_sink_is_none) {
    cr_assert(eq(
        int,
        find("[" GROUP("Output0", "\"bootstrap.servers\":\"b:9092\",\"topic\":\"out\"") "," GROUP(
            "Input0", INPUT) "]"),
        1));
    cr_assert(eq(str, found[0].servers, "b:9092"));
    cr_assert(eq(str, found[0].topic, "in"));
    cr_assert(eq(str, found[0].group_id, "g"));
    cr_assert(eq(int, found[0].setting_count, 0));
}

Test(kafka_source, the_keys_may_follow_the_word_source) {
    cr_assert(eq(int,
                 find("[" GROUP("FlinkApplicationProperties",
                                "\"source.bootstrap.servers\":\"s:1\",\"source.topic\":\"t\","
                                "\"source.group.id\":\"g\",\"sink.bootstrap.servers\":\"x:1\","
                                "\"sink.topic\":\"u\"") "]"),
                 1));
    cr_assert(eq(str, found[0].topic, "t"));
}

Test(kafka_source, repeated_sources_count_once_and_those_above_the_limit_are_left_out) {
    char text[4000] = "[";

    cr_assert(eq(int, find("[" GROUP("a", INPUT) "," GROUP("b", INPUT) "]"), 1));
    for (int index = 0; index < KAFKA_SOURCES_MAX + 2; index++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                       "%s{\"PropertyMap\":{\"bootstrap.servers\":\"b\",\"group.id\":\"g\","
                       "\"topic\":\"t%d\"}}",
                       index == 0 ? "" : ",", index);
    (void)strcat(text, "]");
    cr_assert(eq(int, find(text), KAFKA_SOURCES_MAX));
}

Test(kafka_source, properties_of_any_other_kind_name_none) {
    static const char *const none[] = {
        "[]",
        "{}",
        "7",
        "[null,1,{\"PropertyMap\":7}]",
        "[{}]",
        "[{\"PropertyMap\":{\"bootstrap.servers\":1,\"topic\":\"t\",\"group.id\":\"g\"}}]",
        "[{\"PropertyMap\":{\"bootstrap.servers\":\"\",\"topic\":\"t\",\"group.id\":\"g\"}}]"};

    for (size_t index = 0; index < COUNT_OF(none); index++)
        cr_assert(eq(int, find(none[index]), 0), "%s", none[index]);
}

static const char *setting(const char *name) {
    for (int index = 0; index < found[0].setting_count; index++)
        if (strcmp(found[0].settings[index].name, name) == 0) return found[0].settings[index].value;
    return "";
}

Test(kafka_source, authentication_is_beside_the_brokers_or_in_a_separate_group) {
    cr_assert(eq(int,
                 find("[" GROUP("Input0", INPUT ",\"security.protocol\":\"SASL_SSL\","
                                                "\"sasl.mechanism\":\"PLAIN\",\"sasl.username\":"
                                                "\"u\",\"sasl.password\":\"p\"") "]"),
                 1));
    cr_assert(eq(str, (char *)setting("security.protocol"), "SASL_SSL"));
    cr_assert(eq(str, (char *)setting("sasl.password"), "p"));

    cr_assert(eq(int,
                 find("[" GROUP("Input0", INPUT) "," GROUP(
                     "AuthProperties",
                     "\"security.protocol\":\"SASL_SSL\",\"sasl.mechanism\":\"SCRAM-SHA-512\","
                     "\"sasl.jaas.config\":\"org.apache.kafka.x.ScramLoginModule required "
                     "username=\\\"me\\\" password=\\\"secret\\\";\"") "]"),
                 1));
    cr_assert(eq(str, (char *)setting("sasl.mechanism"), "SCRAM-SHA-512"));
    cr_assert(eq(str, (char *)setting("sasl.username"), "me"));
    cr_assert(eq(str, (char *)setting("sasl.password"), "secret"));
}

Test(kafka_offsets, lag_is_the_end_minus_the_committed_offset) {
    static const struct {
        struct kafka_partition partitions[2];
        double records, records_max;
        const char *what;
    } cases[] = {
        {{{0, 5, 15}, {1, 100, 103}}, 13, 10, "sum and maximum"},
        {{{0, -1, 15}, {1, 100, 103}}, 3, 3, "nothing was committed of one"},
        {{{0, -1, 15}, {1, -1, 3}}, -1, -1, "nothing was committed"},
        {{{0, 5, -1}, {1, 1, 1}}, 0, 0, "the end of one is not known"},
        {{{0, 50, 7}, {1, 1, 3}}, 2, 2, "a topic that was created again"},
    };

    for (size_t index = 0; index < COUNT_OF(cases); index++) {
        struct kafka_lag_figures lag = kafka_lag_of(cases[index].partitions, 2);
        cr_assert(eq(dbl, lag.records, cases[index].records), "%s", cases[index].what);
        cr_assert(eq(dbl, lag.records_max, cases[index].records_max), "%s", cases[index].what);
    }
}

Test(kafka_offsets, figures_of_the_group_fill_those_that_flink_does_not_report) {
    struct kafka_lag_figures lag = {20, 12};
    struct job_measurement measurement = {.vertex_count = 2};
    struct measured_vertex *source = &measurement.vertices[0];

    *source =
        (struct measured_vertex){.is_source = true, .pending_records = -1, .records_lag_max = -1};
    kafka_lag_join(&lag, &measurement);
    cr_assert(eq(dbl, source->pending_records, 20));
    cr_assert(eq(dbl, source->records_lag_max, 12));
    cr_assert(eq(dbl, measurement.consumer_lag, 20));

    source->pending_records = 3;
    kafka_lag_join(&lag, &measurement);
    cr_assert(eq(dbl, source->pending_records, 3), "Flink knows better");

    source->pending_records = -1;
    measurement.vertices[1] = *source;
    kafka_lag_join(&lag, &measurement);
    cr_assert(eq(dbl, source->pending_records, -1),
              "with two sources it is not known whose lag it is");
    cr_assert(eq(dbl, measurement.consumer_lag_max, 12));
}
