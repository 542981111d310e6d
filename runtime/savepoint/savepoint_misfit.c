#include "runtime/savepoint/savepoint_misfit.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { STATES_NAMED_MAX = 5 };

static const char SKIP[] = "SKIP_RESTORE_FROM_SNAPSHOT";

// A text that is written piece by piece; what does not fit is dropped.
struct line {
    char *out;
    size_t size_bytes;
    size_t used;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    (void)text_format_list(line->out + line->used, line->size_bytes - line->used, format,
                           arguments);
    va_end(arguments);
    line->used += strlen(line->out + line->used);
}

static void add_size(struct line *line, int64_t bytes) {
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;

    if (bytes < 1024) {
        add(line, "%" PRId64 " bytes", bytes);
        return;
    }
    for (value /= 1024; value >= 1024 && unit + 1 < COUNT_OF(units); unit++)
        value /= 1024;
    add(line, "%.1f %s", value, units[unit]);
}

// 'Totals' (uid 'totals', id 0a…)
static void add_operator(struct line *line, const char *name, const char *uid, const char *id) {
    // Long names are cut, so that the way out fits. A uid is needed as it is.
    if (name[0] != '\0')
        add(line, "operator '%.80s' (", name);
    else
        add(line, "an operator (");
    if (uid[0] != '\0') add(line, "uid '%s', ", uid);
    add(line, "id %s)", id);
}

static void add_states(struct line *line, const struct savepoint_operator *saved) {
    size_t shown = saved->state_count < STATES_NAMED_MAX ? saved->state_count : STATES_NAMED_MAX;

    add_size(line, savepoint_operator_bytes(saved));
    add(line, " of %d subtask%s", saved->subtasks_with_state,
        saved->subtasks_with_state == 1 ? "" : "s");
    for (size_t index = 0; index < shown; index++)
        add(line, "%s%.60s (%s)",
            index > 0                 ? ", "
            : saved->state_count == 1 ? ", with the state "
                                      : ", with the states ",
            saved->states[index].name, savepoint_state_kind_name(saved->states[index].kind));
    if (shown < saved->state_count) add(line, " and %zu others", saved->state_count - shown);
}

// --- state without an operator ---

// What to change in the program.
static void add_repair(struct line *line, const struct savepoint_fit_row *row,
                       const struct savepoint_operator *saved, const struct job_graph *graph,
                       int version) {
    if (row->namesake != SAVEPOINT_NOWHERE) {
        const struct job_operator *namesake = &graph->operators[row->namesake];
        add(line, " The program has a new operator of that name");
        if (namesake->uid[0] != '\0') add(line, ", with the uid '%s'", namesake->uid);
        if (saved->uid[0] != '\0') add(line, ": give it the uid '%s'.", saved->uid);
        if (saved->uid[0] == '\0') add(line, ": give it the hash %s by setUidHash().", saved->id);
        return;
    }
    if (saved->uid[0] != '\0')
        add(line, " Give the uid '%s' to the operator that shall have it.", saved->uid);
    else if (version >= 5)
        add(line,
            " It had no uid, so its id depends on the shape of the job: give it the hash %s"
            " by setUidHash(), and set uids for all operators.",
            saved->id);
    else
        add(line,
            " Metadata of version %d has no names: give the operator that shall have it its"
            " old uid, or the hash %s by setUidHash() if it had none.",
            version, saved->id);
}

static void explain_lost(struct line *line, const struct savepoint_fit_row *row,
                         const struct savepoint_metadata *metadata, const struct job_graph *graph) {
    const struct savepoint_operator *saved = &metadata->operators[row->saved];

    add(line, "The snapshot has state of ");
    add_operator(line, saved->name, saved->uid, saved->id);
    add(line, ", which the program does not have: ");
    add_states(line, saved);
    add(line, ".");
    add_repair(line, row, saved, graph, metadata->version);
    add(line,
        " To start without this state, set AllowNonRestoredState to true; to start without"
        " any, use %s.",
        SKIP);
}

// --- maximum parallelism ---

static void explain_max(struct line *line, const struct savepoint_fit_row *row,
                        const struct savepoint_operator *saved,
                        const struct job_operator *operated) {
    const char *name = operated->name[0] != '\0' ? operated->name : saved->name;
    const char *uid = operated->uid[0] != '\0' ? operated->uid : saved->uid;

    add(line, "The state of ");
    add_operator(line, name, uid, saved->id);
    if (row->max == SAVEPOINT_MAX_CHANGED)
        add(line,
            " has the maximum parallelism %d, and the program sets %d. Flink cannot change"
            " it: set %d, or none.",
            saved->max_parallelism, row->max_parallelism, saved->max_parallelism);
    else
        add(line,
            " has the maximum parallelism %d, which is less than its parallelism %d. Use a"
            " parallelism of at most %d.",
            saved->max_parallelism, row->parallelism, saved->max_parallelism);
}

static void explain_max_fully(struct line *line, const struct savepoint_fit_row *row,
                              const struct savepoint_metadata *metadata,
                              const struct job_graph *graph) {
    explain_max(line, row, &metadata->operators[row->saved], &graph->operators[row->operated]);
    add(line, " To start without any state and with a higher maximum, use %s.", SKIP);
}

bool savepoint_misfit_of_row(const struct savepoint_fit_row *row,
                             const struct savepoint_metadata *metadata,
                             const struct job_graph *graph,
                             char out[static SAVEPOINT_MISFIT_SIZE]) {
    struct line line = {out, SAVEPOINT_MISFIT_SIZE, 0};

    out[0] = '\0';
    if (row->match == SAVEPOINT_LOST)
        explain_lost(&line, row, metadata, graph);
    else if (row->match == SAVEPOINT_MATCHED && row->max != SAVEPOINT_MAX_FITS)
        explain_max_fully(&line, row, metadata, graph);
    return line.used > 0;
}

// The earliest one that kobel runs.
static const char *runtime_that_reads(int version) {
    for (int runtime = 0; runtime < RUNTIME_COUNT; runtime++)
        if (runtime_environment_can_run((enum runtime_environment)runtime) &&
            savepoint_fit_version_max((enum runtime_environment)runtime) >= version)
            return runtime_environment_name((enum runtime_environment)runtime);
    return "a later runtime";
}

bool savepoint_misfit_of_version(const struct savepoint_fit *fit,
                                 const struct savepoint_metadata *metadata,
                                 char out[static SAVEPOINT_MISFIT_SIZE]) {
    struct line line = {out, SAVEPOINT_MISFIT_SIZE, 0};

    out[0] = '\0';
    if (fit->is_version_readable) return false;
    add(&line,
        "The snapshot was written by a later Flink: its metadata has the version %d, and %s"
        " reads up to %d. Use %s or an earlier snapshot; to start without state, use %s.",
        metadata->version, runtime_environment_name(fit->target.runtime), fit->version_max,
        runtime_that_reads(metadata->version), SKIP);
    return true;
}

bool savepoint_misfit_of_import(const struct savepoint_metadata *metadata,
                                char out[static SAVEPOINT_MISFIT_SIZE]) {
    struct line line = {out, SAVEPOINT_MISFIT_SIZE, 0};
    const struct savepoint_file *absolute = savepoint_metadata_absolute_file(metadata);

    out[0] = '\0';
    if (metadata->kind == SAVEPOINT_CHECKPOINT)
        add(&line, "It is a checkpoint, which refers to files by absolute path and cannot be"
                   " imported. Take a savepoint of the job: flink savepoint <job> <directory>.");
    else if (metadata->kind == SAVEPOINT_NATIVE)
        add(&line, "It is a savepoint in the NATIVE format, and only CANONICAL ones can be"
                   " imported. Take one: flink savepoint --type canonical <job> <directory>.");
    else if (absolute != NULL) // Flink would read it from there
        add(&line,
            "It refers to files by absolute path, the first is '%.128s', and cannot be imported."
            " Take a savepoint with Flink 1.11 or later, in a directory without s3.entropy.key.",
            absolute->name);
    return line.used > 0;
}

// --- all rows ---

// AllowNonRestoredState leaves out what is lost, and nothing else.
static bool prevents(const struct savepoint_fit_row *row, bool is_part_allowed) {
    if (row->match == SAVEPOINT_LOST) return !is_part_allowed;
    return row->match == SAVEPOINT_MATCHED && row->max != SAVEPOINT_MAX_FITS;
}

// Timers say least.
static void add_first_state(struct line *line, const struct savepoint_operator *saved) {
    const struct savepoint_named_state *shown = NULL;

    add_size(line, savepoint_operator_bytes(saved));
    for (size_t index = saved->state_count; index-- > 0;)
        if (saved->states[index].kind != SAVEPOINT_STATE_TIMERS) shown = &saved->states[index];
    if (shown == NULL) return;
    add(line, ", %.60s (%s)", shown->name, savepoint_state_kind_name(shown->kind));
    if (saved->state_count > 1) add(line, " and others");
}

static void explain_lost_briefly(struct line *line, const struct savepoint_fit_row *row,
                                 const struct savepoint_operator *saved,
                                 const struct job_graph *graph) {
    const struct job_operator *namesake =
        row->namesake == SAVEPOINT_NOWHERE ? NULL : &graph->operators[row->namesake];

    add(line, "the program has no operator for the state of ");
    add_operator(line, saved->name, saved->uid, saved->id);
    add(line, ": ");
    add_first_state(line, saved);
    if (namesake != NULL && namesake->uid[0] != '\0' && saved->uid[0] != '\0')
        add(line, ". Its operator of that name has the uid '%s'", namesake->uid);
    if (saved->uid[0] != '\0')
        add(line, ". Set the uid '%s'", saved->uid);
    else
        add(line, ". Set its uid as before, or its hash by setUidHash()");
    add(line, ", or set AllowNonRestoredState.");
}

bool savepoint_misfit_brief(const struct savepoint_fit *fit,
                            const struct savepoint_metadata *metadata,
                            const struct job_graph *graph, bool is_part_allowed,
                            char out[static SAVEPOINT_MISFIT_SIZE]) {
    struct line line = {out, SAVEPOINT_MISFIT_SIZE, 0};
    const struct savepoint_fit_row *first = NULL;
    size_t others = 0;

    if (savepoint_misfit_of_version(fit, metadata, out)) return true;
    for (size_t index = 0; index < fit->row_count; index++) {
        const struct savepoint_fit_row *row = &fit->rows[index];
        if (!prevents(row, is_part_allowed)) continue;
        if (first == NULL)
            first = row;
        else
            others++;
    }
    if (first == NULL) return false;
    if (first->match == SAVEPOINT_LOST)
        explain_lost_briefly(&line, first, &metadata->operators[first->saved], graph);
    else
        explain_max(&line, first, &metadata->operators[first->saved],
                    &graph->operators[first->operated]);
    if (others > 0) add(&line, " Other operators that do not fit: %zu.", others);
    return true;
}

void savepoint_misfit_text(const struct savepoint_fit *fit,
                           const struct savepoint_metadata *metadata, const struct job_graph *graph,
                           bool is_part_allowed, struct buffer *out) {
    char text[SAVEPOINT_MISFIT_SIZE];
    size_t left_out = 0;
    size_t lines = 0;

    if (savepoint_misfit_of_version(fit, metadata, text)) {
        (void)buffer_append_format(out, "%s\n", text);
        return; // Flink would come no further
    }
    for (size_t index = 0; index < fit->row_count; index++) {
        if (!prevents(&fit->rows[index], is_part_allowed)) continue;
        if (!savepoint_misfit_of_row(&fit->rows[index], metadata, graph, text)) continue;
        if (lines++ < SAVEPOINT_MISFIT_LINES_MAX)
            (void)buffer_append_format(out, "%s\n", text);
        else
            left_out++;
    }
    if (left_out > 0)
        (void)buffer_append_format(out, "And %zu other operators do not fit.\n", left_out);
}
