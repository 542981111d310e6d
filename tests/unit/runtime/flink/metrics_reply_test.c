// Flink's answers about a job's load, in the shapes of 1.20.3.
#include "runtime/flink/metrics_reply.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct error err;

static json_t *parse(const char *text) {
    json_t *value = NULL;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

static const char JOB[] =
    "{\"vertices\":[{\"id\":\"aa\",\"name\":\"Source: "
    "in\",\"maxParallelism\":128,\"parallelism\":2},"
    "{\"id\":\"bb\",\"name\":\"count\",\"maxParallelism\":96,\"parallelism\":4},"
    "{\"id\":\"cc\",\"name\":\"Sink: one\",\"maxParallelism\":1,\"parallelism\":1}],"
    "\"plan\":{\"nodes\":[{\"id\":\"cc\",\"inputs\":[{\"id\":\"bb\"},{\"id\":\"aa\"}]},"
    "{\"id\":\"bb\",\"inputs\":[{\"id\":\"aa\"}]},{\"id\":\"aa\"}]}}";

Test(metrics_reply, a_job_has_vertices_with_inputs) {
    AUTO(json_decref) json_t *reply = parse(JOB);
    struct flink_topology topology;

    cr_assert(metrics_reply_topology(reply, &topology, &err), "%s", err.message);
    cr_assert(eq(int, topology.vertex_count, 3));
    cr_assert(topology.vertices[0].is_source);
    cr_assert(not(topology.vertices[1].is_source));
    cr_assert(eq(u32, topology.vertices[1].inputs, 1));
    cr_assert(eq(u32, topology.vertices[2].inputs, 3));
    cr_assert(eq(str, topology.vertices[2].name, "Sink: one"));
    cr_assert(eq(int, topology.max_parallelism, 96),
              "a vertex that is never parallel is not a limit");
}

Test(metrics_reply, each_vertex_limits_the_parallelism_also_one_that_is_not_measured) {
    AUTO(json_decref) json_t *reply = parse("{\"vertices\":[],\"plan\":{\"nodes\":[]}}");
    struct flink_topology topology;

    for (int number = 0; number <= MEASURED_VERTICES_MAX; number++) {
        json_t *vertex = json_new_object();
        json_put_text(vertex, "id", "v");
        json_put_int(vertex, "maxParallelism", 128 - number);
        json_add(json_member(reply, "vertices"), vertex);
    }
    cr_assert(metrics_reply_topology(reply, &topology, &err), "%s", err.message);
    cr_assert(eq(int, topology.vertex_count, MEASURED_VERTICES_MAX));
    cr_assert(eq(int, topology.max_parallelism, 128 - MEASURED_VERTICES_MAX));
}

Test(metrics_reply, an_answer_without_a_job_is_refused) {
    static const char *const wrong[] = {
        "{}", "[]", "{\"vertices\":[]}", "{\"vertices\":1,\"plan\":{}}",
        "{\"vertices\":[{\"id\":\"a\",\"parallelism\":0}],\"plan\":{\"nodes\":[]}}"};
    struct flink_topology topology;

    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        AUTO(json_decref) json_t *reply = parse(wrong[index]);
        cr_assert(not(metrics_reply_topology(reply, &topology, &err)), "%s", wrong[index]);
    }
}

Test(metrics_reply, figures_are_text_or_numbers_or_missing) {
    AUTO(json_decref)
    json_t *reply =
        parse("[{\"id\":\"a\",\"value\":\"12.5\"},{\"id\":\"b\",\"sum\":3.0,\"max\":2},"
              "{\"id\":\"c\",\"value\":\"NaN\"},{\"id\":\"d\",\"value\":\"x\"},{\"id\":\"e\"}]");

    cr_assert(eq(dbl, metrics_reply_value(reply, "a", NULL), 12.5));
    cr_assert(eq(dbl, metrics_reply_value(reply, "b", "sum"), 3.0));
    cr_assert(eq(dbl, metrics_reply_value(reply, "b", "max"), 2.0));
    for (const char *id = "cdef"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        cr_assert(eq(dbl, metrics_reply_value(reply, name, NULL), MEASUREMENT_UNKNOWN));
    }
}

Test(metrics_reply, figures_of_subtasks_are_found_in_one_pass) {
    AUTO(json_decref)
    json_t *reply =
        parse("[{\"id\":\"2.busy\",\"value\":\"7\"},{\"id\":\"0.busy\",\"value\":\"5\"},"
              "{\"id\":\"1.idle\",\"value\":\"9\"},{\"id\":\"3.busy\",\"value\":\"9\"},"
              "{\"id\":\"-1.busy\",\"value\":\"9\"},{\"id\":\".busy\",\"value\":\"9\"},"
              "{\"id\":\"99999999999999999999.busy\",\"value\":\"9\"},{\"x\":1},3]");
    double busy[4] = {0, 0, 0, -7};

    metrics_reply_subtasks(reply, "busy", 3, busy);
    cr_assert(eq(dbl, busy[0], 5.0));
    cr_assert(eq(dbl, busy[1], MEASUREMENT_UNKNOWN));
    cr_assert(eq(dbl, busy[2], 7.0));
    cr_assert(eq(dbl, busy[3], -7.0), "beyond the count");
    metrics_reply_subtasks(NULL, "busy", 1, busy);
    cr_assert(eq(dbl, busy[0], MEASUREMENT_UNKNOWN));
}

Test(metrics_reply, the_backlog_of_a_source_is_found_by_the_end_of_its_name) {
    AUTO(json_decref)
    json_t *ids = parse("[{\"id\":\"Source__in.pendingRecords\"},{\"id\":\"numRecordsIn\"},"
                        "{\"id\":\"Source__in.KafkaSourceReader.KafkaConsumer.records-lag-max\"},"
                        "{\"id\":\"pendingRecords\"},{\"id\":\"a b.pendingRecords\"}]");
    AUTO(json_decref)
    json_t *values =
        parse("[{\"id\":\"x.pendingRecords\",\"sum\":4},{\"id\":\"y.pendingRecords\",\"sum\":5},"
              "{\"id\":\"x.records-lag-max\",\"max\":3},{\"id\":\"y.records-lag-max\",\"max\":7}]");
    char text[200];
    char small[40];

    cr_assert(metrics_reply_backlog_ids(ids, text, sizeof text));
    cr_assert(eq(
        str, text,
        ",Source__in.pendingRecords,Source__in.KafkaSourceReader.KafkaConsumer.records-lag-max"));
    cr_assert(not(metrics_reply_backlog_ids(ids, small, sizeof small)));
    cr_assert(eq(str, small, ",Source__in.pendingRecords"));
    cr_assert(eq(dbl, metrics_reply_by_suffix(values, "pendingRecords", "sum"), 9.0));
    cr_assert(eq(dbl, metrics_reply_by_suffix(values, "records-lag-max", "max"), 7.0));
    cr_assert(
        eq(dbl, metrics_reply_by_suffix(values, "millisBehindLatest", "max"), MEASUREMENT_UNKNOWN));
}

// A name that was cut within a character once ended the daemon.
Test(metrics_reply, long_names_are_cut_between_characters_and_stay_distinct) {
    AUTO(json_decref) json_t *reply = parse(JOB);
    json_t *vertices = json_object_get(reply, "vertices");
    AUTO(json_decref) json_t *object = json_new_object();
    struct flink_topology topology;
    char name[160] = "";

    for (int index = 0; index < 50; index++)
        (void)text_format(name + strlen(name), sizeof name - strlen(name), "\xE6\x97\xA5");
    for (size_t index = 0; index < 3; index++) {
        (void)text_format(name + 150, sizeof name - 150, "%zu", index);
        json_put_text(json_array_get(vertices, index), "name", name);
    }
    cr_assert(metrics_reply_topology(reply, &topology, &err), "%s", err.message);
    for (int index = 0; index < 3; index++) {
        cr_assert(text_is_utf8(topology.vertices[index].name));
        json_put_int(object, topology.vertices[index].name, index);
    }
    cr_assert(eq(sz, json_object_size(object), 3));
    cr_assert(text_ends_with(topology.vertices[2].name, "\xE6\x97\xA5 #3"));
}
