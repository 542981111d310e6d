#include "runtime/flink/metrics_reply.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const backlog_names[] = {"pendingRecords", "records-lag-max",
                                            "millisBehindLatest"};

static const json_t *find_node(const json_t *nodes, const char *id) {
    size_t index;
    json_t *node;

    json_array_foreach(nodes, index, node)
        if (text_equal(json_text(node, "id"), id)) return node;
    return NULL;
}

static int index_of(const struct flink_topology *topology, const char *id) {
    for (int index = 0; index < topology->vertex_count; index++)
        if (text_equal(topology->vertices[index].id, id)) return index;
    return -1;
}

static void read_inputs(const json_t *node, const struct flink_topology *earlier,
                        struct flink_vertex *vertex) {
    const json_t *inputs = json_member(node, "inputs");
    size_t index;
    json_t *input;

    vertex->is_source = json_array_size(inputs) == 0;
    json_array_foreach(inputs, index, input) {
        int feeder = index_of(earlier, json_text_or(input, "id", ""));
        if (feeder >= 0) vertex->inputs |= (uint32_t)1 << feeder;
    }
}

// A vertex that is never parallel has a maximum of 1, which is not a limit for the others.
static void note_max_parallelism(const json_t *vertex, struct flink_topology *out) {
    int most = (int)json_int_or(vertex, "maxParallelism", 0);

    if (most <= 1) return;
    if (out->max_parallelism == 0 || most < out->max_parallelism) out->max_parallelism = most;
}

// A measurement is found by the name of its vertex. Two vertices may have the same name, or names
// that differ only after the first hundred characters.
static void make_distinct(struct flink_topology *topology, int number) {
    struct flink_vertex *vertex = &topology->vertices[number];

    for (int index = 0; index < number; index++) {
        if (!text_equal(topology->vertices[index].name, vertex->name)) continue;
        char mark[16];
        (void)text_format(mark, sizeof mark, " #%d", number + 1);
        text_cut_utf8(vertex->name, sizeof vertex->name - 1 - strlen(mark));
        size_t length = strlen(vertex->name);
        (void)text_copy(vertex->name + length, sizeof vertex->name - length, mark);
        return;
    }
}

bool metrics_reply_topology(const json_t *reply, struct flink_topology *out, struct error *err) {
    const json_t *vertices = json_member(reply, "vertices");
    const json_t *nodes = json_path(reply, "plan", "nodes", NULL);
    struct flink_topology topology = {0};
    size_t index;
    json_t *one;

    if (!json_is_array(vertices) || !json_is_array(nodes))
        return error_set(err, ERROR_INVALID, "no job with vertices and a plan");
    // Flink lists them in the order of their topology.
    json_array_foreach(vertices, index, one) {
        struct flink_vertex *vertex = &topology.vertices[topology.vertex_count];
        // Also of those that are too many to be measured.
        note_max_parallelism(one, &topology);
        if (topology.vertex_count == MEASURED_VERTICES_MAX) continue;
        if (!text_copy(vertex->id, sizeof vertex->id, json_text_or(one, "id", "")))
            return error_set(err, ERROR_INVALID, "a vertex without a proper id");
        // A longer name is cut: it is only displayed.
        (void)text_copy(vertex->name, sizeof vertex->name, json_text_or(one, "name", ""));
        make_distinct(&topology, topology.vertex_count);
        int64_t parallelism = json_int_or(one, "parallelism", 1);
        if (parallelism < 1 || parallelism > FLINK_PARALLELISM_MAX)
            return error_set(err, ERROR_INVALID, "a vertex without a proper parallelism");
        vertex->parallelism = (int)parallelism;
        read_inputs(find_node(nodes, vertex->id), &topology, vertex);
        topology.vertex_count++;
    }
    *out = topology;
    return true;
}

// --- figures ---

// Flink sends aggregates as numbers, single values as text, and NaN as text in both cases.
static double number_of(const json_t *value) {
    double number = MEASUREMENT_UNKNOWN;

    if (json_is_number(value)) number = json_number_value(value);
    if (json_is_string(value)) {
        char *end;
        number = strtod(json_string_value(value), &end);
        if (end == json_string_value(value) || *end != '\0') number = MEASUREMENT_UNKNOWN;
    }
    return isfinite(number) ? number : MEASUREMENT_UNKNOWN;
}

double metrics_reply_value(const json_t *reply, const char *id, const char *aggregate) {
    size_t index;
    json_t *metric;

    json_array_foreach(reply, index, metric)
        if (text_equal(json_text(metric, "id"), id))
            return number_of(json_member(metric, aggregate == NULL ? "value" : aggregate));
    return MEASUREMENT_UNKNOWN;
}

void metrics_reply_subtasks(const json_t *reply, const char *name, int count, double *out) {
    size_t index;
    json_t *metric;

    for (int subtask = 0; subtask < count; subtask++)
        out[subtask] = MEASUREMENT_UNKNOWN;
    json_array_foreach(reply, index, metric) {
        const char *id = json_text_or(metric, "id", "");
        char *end;
        long long subtask = strtoll(id, &end, 10);
        bool is_it = end != id && *end == '.' && text_equal(end + 1, name);
        if (is_it && subtask >= 0 && subtask < count)
            out[subtask] = number_of(json_member(metric, "value"));
    }
}

static bool ends_in(const char *id, const char *name) {
    size_t id_length = strlen(id);
    size_t length = strlen(name);

    return id_length > length && id[id_length - length - 1] == '.' &&
           text_equal(id + id_length - length, name);
}

static bool is_backlog(const char *id) {
    static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    // It is copied into a URL.
    if (id[strspn(id, PLAIN)] != '\0') return false;
    for (size_t index = 0; index < COUNT_OF(backlog_names); index++)
        if (ends_in(id, backlog_names[index])) return true;
    return false;
}

bool metrics_reply_backlog_ids(const json_t *reply, char *out, size_t size_bytes) {
    size_t used = 0;
    size_t index;
    json_t *metric;

    out[0] = '\0';
    json_array_foreach(reply, index, metric) {
        const char *id = json_text_or(metric, "id", "");
        if (!is_backlog(id)) continue;
        if (!text_format(out + used, size_bytes - used, ",%s", id)) {
            out[used] = '\0';
            return false;
        }
        used += strlen(out + used);
    }
    return true;
}

double metrics_reply_by_suffix(const json_t *reply, const char *name, const char *aggregate) {
    bool sums = text_equal(aggregate, "sum");
    double result = MEASUREMENT_UNKNOWN;
    size_t index;
    json_t *metric;

    json_array_foreach(reply, index, metric) {
        if (!ends_in(json_text_or(metric, "id", ""), name)) continue;
        double value = number_of(json_member(metric, aggregate));
        if (value < 0) continue;
        if (result >= 0 && sums)
            result += value;
        else if (value > result)
            result = value;
    }
    return result;
}
