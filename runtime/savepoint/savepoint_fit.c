#include "runtime/savepoint/savepoint_fit.h"

#include "base/memory.h"
#include "base/names.h"
#include "base/text.h"
#include "runtime/savepoint/operator_id.h"

#include <string.h>

static const char *const matches[SAVEPOINT_MATCH_COUNT] = {
    [SAVEPOINT_MATCHED] = "MATCHED",
    [SAVEPOINT_LOST] = "LOST",
    [SAVEPOINT_STATELESS] = "STATELESS",
    [SAVEPOINT_NEW] = "NEW",
};

static const char *const maxima[SAVEPOINT_MAX_COUNT] = {
    [SAVEPOINT_MAX_FITS] = "FITS",
    [SAVEPOINT_MAX_CHANGED] = "CHANGED",
    [SAVEPOINT_MAX_TOO_SMALL] = "TOO_SMALL",
};

const char *savepoint_match_name(enum savepoint_match value) {
    return names_column_at(matches, sizeof matches[0], COUNT_OF(matches), (size_t)value);
}

const char *savepoint_max_name(enum savepoint_max value) {
    return names_column_at(maxima, sizeof maxima[0], COUNT_OF(maxima), (size_t)value);
}

int savepoint_fit_version_max(enum runtime_environment runtime) {
    if (runtime >= RUNTIME_FLINK_2_2) return 6;
    if (runtime >= RUNTIME_FLINK_1_18) return 4;
    return runtime >= RUNTIME_FLINK_1_11 ? 3 : 2;
}

// --- the operators of the program by a text ---

struct key {
    char text[JOB_OPERATOR_TEXT_SIZE];
    int index;
};

struct index {
    struct key *keys; // owned
    size_t count;
};

static int compare_keys(const void *left, const void *right) {
    return strcmp(((const struct key *)left)->text, ((const struct key *)right)->text);
}

static void add_key(struct index *index, const char *text, size_t position) {
    struct key *key = &index->keys[index->count++];

    (void)text_copy(key->text, sizeof key->text, text);
    key->index = (int)position;
}

static void sort(struct index *index) {
    if (index->count > 1) qsort(index->keys, index->count, sizeof *index->keys, compare_keys);
}

static int find(const struct index *index, const char *text) {
    struct key wanted = {.index = SAVEPOINT_NOWHERE};

    (void)text_copy(wanted.text, sizeof wanted.text, text);
    if (index->count == 0) return SAVEPOINT_NOWHERE;
    const struct key *found =
        bsearch(&wanted, index->keys, index->count, sizeof *index->keys, compare_keys);
    return found == NULL ? SAVEPOINT_NOWHERE : found->index;
}

static void index_ids(struct index *out, const struct job_graph *graph) {
    char id[JOB_OPERATOR_ID_SIZE];

    for (size_t at = 0; at < graph->count; at++) {
        const struct job_operator *entry = &graph->operators[at];
        (void)text_copy(id, sizeof id, entry->id);
        if (id[0] == '\0' && entry->uid[0] != '\0') operator_id_of_uid(entry->uid, id);
        add_key(out, id, at);
    }
    sort(out);
}

// Flink puts words before the names of sources and sinks.
static const char *plain_name(const char *name) {
    static const char *const prefixes[] = {"Source: ", "Sink: "};

    for (size_t index = 0; index < COUNT_OF(prefixes); index++)
        if (text_starts_with(name, prefixes[index])) return name + strlen(prefixes[index]);
    return name;
}

// --- rows ---

static struct savepoint_fit_row *add_row(struct savepoint_fit *fit, enum savepoint_match match,
                                         int saved, int operated) {
    struct savepoint_fit_row *row = &fit->rows[fit->row_count++];

    *row = (struct savepoint_fit_row){
        .match = match, .saved = saved, .operated = operated, .namesake = SAVEPOINT_NOWHERE};
    fit->counts[match]++;
    return row;
}

static void compare_parallelism(struct savepoint_fit_row *row,
                                const struct savepoint_target *target,
                                const struct job_operator *operated,
                                const struct savepoint_operator *saved) {
    row->parallelism = operated->parallelism > 0 ? operated->parallelism : target->parallelism;
    row->max_parallelism =
        operated->max_parallelism > 0 ? operated->max_parallelism : target->max_parallelism;
    if (row->max_parallelism > 0 && row->max_parallelism != saved->max_parallelism)
        row->max = SAVEPOINT_MAX_CHANGED;
    else if (saved->subtasks_with_state > 0 && row->parallelism > saved->max_parallelism)
        row->max = SAVEPOINT_MAX_TOO_SMALL;
}

static void match_saved(struct savepoint_fit *fit, const struct savepoint_metadata *metadata,
                        const struct job_graph *graph, const struct index *ids, bool *is_matched) {
    for (size_t at = 0; at < metadata->operator_count; at++) {
        const struct savepoint_operator *saved = &metadata->operators[at];
        int operated = find(ids, saved->id);
        if (operated == SAVEPOINT_NOWHERE) {
            (void)add_row(
                fit, savepoint_operator_has_state(saved) ? SAVEPOINT_LOST : SAVEPOINT_STATELESS,
                (int)at, SAVEPOINT_NOWHERE);
            continue;
        }
        struct savepoint_fit_row *row = add_row(fit, SAVEPOINT_MATCHED, (int)at, operated);
        compare_parallelism(row, &fit->target, &graph->operators[operated], saved);
        if (row->max != SAVEPOINT_MAX_FITS) fit->max_misfit_count++;
        is_matched[operated] = true;
    }
}

static void add_new(struct savepoint_fit *fit, const struct job_graph *graph,
                    const bool *is_matched, struct index *out_names) {
    for (size_t at = 0; at < graph->count; at++) {
        if (is_matched[at]) continue;
        (void)add_row(fit, SAVEPOINT_NEW, SAVEPOINT_NOWHERE, (int)at);
        const char *name = plain_name(graph->operators[at].name);
        if (name[0] != '\0') add_key(out_names, name, at);
    }
    sort(out_names);
}

static void find_namesakes(struct savepoint_fit *fit, const struct savepoint_metadata *metadata,
                           const struct index *names) {
    for (size_t at = 0; at < fit->row_count; at++) {
        struct savepoint_fit_row *row = &fit->rows[at];
        if (row->match != SAVEPOINT_LOST) continue;
        const char *name = plain_name(metadata->operators[row->saved].name);
        if (name[0] != '\0') row->namesake = find(names, name);
    }
}

static void conclude(struct savepoint_fit *fit, const struct savepoint_metadata *metadata) {
    fit->version_max = savepoint_fit_version_max(fit->target.runtime);
    fit->is_version_readable = metadata->version <= fit->version_max;
    fit->is_importable = metadata->kind != SAVEPOINT_NATIVE &&
                         metadata->kind != SAVEPOINT_CHECKPOINT &&
                         savepoint_metadata_absolute_file(metadata) == NULL;
    fit->can_restore_a_part = fit->is_version_readable && fit->max_misfit_count == 0;
    fit->can_restore = fit->can_restore_a_part && fit->counts[SAVEPOINT_LOST] == 0;
}

void savepoint_fit_make(struct savepoint_fit *out, const struct savepoint_metadata *metadata,
                        const struct job_graph *graph, const struct savepoint_target *target) {
    AUTO(memory_free) struct key *id_keys = memory_alloc((graph->count + 1) * sizeof *id_keys);
    AUTO(memory_free) struct key *name_keys = memory_alloc((graph->count + 1) * sizeof *name_keys);
    AUTO(memory_free) bool *is_matched = memory_alloc(graph->count + 1);
    struct index ids = {id_keys, 0};
    struct index names = {name_keys, 0};

    *out = (struct savepoint_fit){.target = *target};
    out->rows = memory_alloc((metadata->operator_count + graph->count + 1) * sizeof *out->rows);
    index_ids(&ids, graph);
    match_saved(out, metadata, graph, &ids, is_matched);
    add_new(out, graph, is_matched, &names);
    find_namesakes(out, metadata, &names);
    conclude(out, metadata);
}

void savepoint_fit_free(struct savepoint_fit *fit) {
    memory_free(fit->rows);
    *fit = (struct savepoint_fit){0};
}
