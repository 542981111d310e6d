#include "runtime/savepoint/savepoint_report.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/savepoint/savepoint_misfit.h"

#include <string.h>

// A member that is "" is left out.
static void put_text(json_t *object, const char *key, const char *text) {
    if (!text_is_empty(text)) json_put_text(object, key, text);
}

static void put_size(json_t *object, const char *key, const struct savepoint_size *size) {
    json_t *value = json_new_object();

    json_put_int(value, "inlinedBytes", size->inlined_bytes);
    json_put_int(value, "fileBytes", size->file_bytes);
    json_put(object, key, value);
}

static json_t *states_of(const struct savepoint_operator *entry) {
    json_t *states = json_new_array();

    for (size_t index = 0; index < entry->state_count; index++) {
        json_t *state = json_new_object();
        json_put_text(state, "name", entry->states[index].name);
        json_put_text(state, "kind", savepoint_state_kind_name(entry->states[index].kind));
        put_text(state, "serializer", entry->states[index].serializer);
        json_add(states, state);
    }
    return states;
}

static json_t *operator_of(const struct savepoint_operator *entry) {
    json_t *value = json_new_object();

    json_put_text(value, "operatorId", entry->id);
    put_text(value, "uid", entry->uid);
    put_text(value, "name", entry->name);
    json_put_int(value, "parallelism", entry->parallelism);
    json_put_int(value, "maxParallelism", entry->max_parallelism);
    json_put_int(value, "subtasksWithState", entry->subtasks_with_state);
    json_put_bool(value, "isFinished", entry->is_finished);
    json_put_int(value, "stateBytes", savepoint_operator_bytes(entry));
    put_size(value, "operatorState", &entry->operator_state);
    put_size(value, "keyedState", &entry->keyed_state);
    put_size(value, "channelState", &entry->channel_state);
    json_put_int(value, "coordinatorBytes", entry->coordinator_bytes);
    json_put(value, "states", states_of(entry));
    json_put_bool(value, "areStatesComplete", entry->are_states_complete);
    return value;
}

static void put_operators(json_t *report, const struct savepoint_metadata *metadata) {
    json_t *operators = json_new_array();
    size_t shown = metadata->operator_count < SAVEPOINT_REPORT_OPERATORS_MAX
                       ? metadata->operator_count
                       : SAVEPOINT_REPORT_OPERATORS_MAX;
    int64_t total = 0;

    for (size_t index = 0; index < metadata->operator_count; index++) {
        const struct savepoint_operator *entry = &metadata->operators[index];
        if (__builtin_add_overflow(total, savepoint_operator_bytes(entry), &total))
            total = INT64_MAX;
        if (index < shown) json_add(operators, operator_of(entry));
    }
    json_put_int(report, "stateBytes", total);
    json_put(report, "operators", operators);
    json_put_int(report, "operatorsLeftOut", (int64_t)(metadata->operator_count - shown));
}

static void put_files(json_t *report, const struct savepoint_metadata *metadata) {
    json_t *files = json_new_array();
    size_t shown = metadata->file_count < SAVEPOINT_REPORT_FILES_MAX ? metadata->file_count
                                                                     : SAVEPOINT_REPORT_FILES_MAX;

    for (size_t index = 0; index < shown; index++) {
        json_t *file = json_new_object();
        json_put_text(file, "name", metadata->files[index].name);
        json_put_int(file, "sizeBytes", metadata->files[index].size_bytes);
        json_put_bool(file, "isRelative", metadata->files[index].is_relative);
        json_add(files, file);
    }
    json_put(report, "files", files);
    json_put_int(report, "filesLeftOut",
                 (int64_t)(metadata->file_count - shown + metadata->files_left_out));
}

json_t *savepoint_report_of(const struct savepoint_metadata *metadata) {
    json_t *report = json_new_object();

    json_put_int(report, "version", metadata->version);
    json_put_text(report, "kind", savepoint_kind_name(metadata->kind));
    json_put_int(report, "checkpointId", metadata->checkpoint_id);
    json_put_int(report, "metadataBytes", metadata->metadata_bytes);
    json_put_int(report, "masterStates", metadata->master_state_count);
    put_operators(report, metadata);
    put_files(report, metadata);
    return report;
}

// --- the fit ---

// The name and uid that the savepoint has, or those of the program.
static void put_names(json_t *value, const struct savepoint_operator *saved,
                      const struct job_operator *operated) {
    const char *id = saved != NULL ? saved->id : operated->id;
    const char *uid = saved != NULL ? saved->uid : "";
    const char *name = saved != NULL ? saved->name : "";

    if (uid[0] == '\0' && operated != NULL) uid = operated->uid;
    if (name[0] == '\0' && operated != NULL) name = operated->name;
    put_text(value, "operatorId", id);
    put_text(value, "uid", uid);
    put_text(value, "name", name);
}

static json_t *row_of(const struct savepoint_fit_row *row,
                      const struct savepoint_metadata *metadata, const struct job_graph *graph) {
    const struct savepoint_operator *saved =
        row->saved == SAVEPOINT_NOWHERE ? NULL : &metadata->operators[row->saved];
    const struct job_operator *operated =
        row->operated == SAVEPOINT_NOWHERE ? NULL : &graph->operators[row->operated];
    char text[SAVEPOINT_MISFIT_SIZE];
    json_t *value = json_new_object();

    put_names(value, saved, operated);
    json_put_text(value, "match", savepoint_match_name(row->match));
    if (saved != NULL) {
        json_put_int(value, "stateBytes", savepoint_operator_bytes(saved));
        json_put_int(value, "savedMaxParallelism", saved->max_parallelism);
    }
    if (saved != NULL && operated != NULL) {
        json_put_text(value, "maxParallelismMatch", savepoint_max_name(row->max));
        json_put_int(value, "parallelism", row->parallelism);
        if (row->max_parallelism > 0) json_put_int(value, "maxParallelism", row->max_parallelism);
    }
    if (savepoint_misfit_of_row(row, metadata, graph, text))
        json_put_text(value, "explanation", text);
    return value;
}

static json_t *rows_of(const struct savepoint_fit *fit, const struct savepoint_metadata *metadata,
                       const struct job_graph *graph) {
    json_t *rows = json_new_array();

    for (size_t index = 0; index < fit->row_count && index < SAVEPOINT_REPORT_OPERATORS_MAX;
         index++)
        json_add(rows, row_of(&fit->rows[index], metadata, graph));
    return rows;
}

// The lines of the text.
static json_t *explanations_of(const struct savepoint_fit *fit,
                               const struct savepoint_metadata *metadata,
                               const struct job_graph *graph) {
    AUTO(buffer_release)
    struct buffer text =
        BUFFER_INIT((size_t)SAVEPOINT_MISFIT_SIZE * (SAVEPOINT_MISFIT_LINES_MAX + 2));
    json_t *lines = json_new_array();

    savepoint_misfit_text(fit, metadata, graph, false, &text);
    AUTO(memory_free) char *copy = buffer_take_text(&text);
    char *rest = copy;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        if (line[0] != '\0') json_add(lines, json_new_text(line));
    return lines;
}

json_t *savepoint_report_of_fit(const struct savepoint_fit *fit,
                                const struct savepoint_metadata *metadata,
                                const struct job_graph *graph) {
    char text[SAVEPOINT_MISFIT_SIZE];
    json_t *report = json_new_object();
    size_t left_out = fit->row_count <= SAVEPOINT_REPORT_OPERATORS_MAX
                          ? 0
                          : fit->row_count - SAVEPOINT_REPORT_OPERATORS_MAX;

    json_put_text(report, "runtimeEnvironment", runtime_environment_name(fit->target.runtime));
    json_put_bool(report, "canRestore", fit->can_restore);
    json_put_bool(report, "canRestoreWithNonRestoredState", fit->can_restore_a_part);
    json_put_bool(report, "isVersionReadable", fit->is_version_readable);
    json_put_int(report, "versionMax", fit->version_max);
    json_put_bool(report, "isImportable", fit->is_importable);
    if (savepoint_misfit_of_import(metadata, text))
        json_put_text(report, "importExplanation", text);
    json_put_int(report, "matched", (int64_t)fit->counts[SAVEPOINT_MATCHED]);
    json_put_int(report, "lost", (int64_t)fit->counts[SAVEPOINT_LOST]);
    json_put_int(report, "new", (int64_t)fit->counts[SAVEPOINT_NEW]);
    json_put_int(report, "maxParallelismMisfits", (int64_t)fit->max_misfit_count);
    json_put(report, "operators", rows_of(fit, metadata, graph));
    json_put_int(report, "operatorsLeftOut", (int64_t)left_out);
    json_put(report, "explanations", explanations_of(fit, metadata, graph));
    return report;
}
