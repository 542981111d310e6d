#include "cli/rehearse/command_rehearse.h"

#include "base/text.h"
#include "cli/rehearse/fit_print.h"
#include "cli/rehearse/rehearsal.h"

static void print_tasks(const struct terminal *out, const json_t *report) {
    size_t index;
    json_t *task;

    json_array_foreach(json_member(report, "tasks"), index, task) {
        terminal_print(out, COLOUR_PLAIN, "  %s: %lld records in, %lld out",
                       json_text_or(task, "name", ""), (long long)json_int_or(task, "recordsIn", 0),
                       (long long)json_int_or(task, "recordsOut", 0));
        (void)fputc('\n', out->file);
    }
}

static void print_held(const struct terminal *out, const json_t *report) {
    if (!json_bool_or(report, "sourcesHeld", false)) return;
    terminal_print(out, COLOUR_PLAIN,
                   "  sources held: they read nothing, and their state is in the checkpoint.");
    (void)fputc('\n', out->file);
}

static void print_report(const struct terminal *out, const json_t *content, const json_t *report) {
    const char *trouble = json_text(report, "trouble");
    char duration[24];
    char before[24];
    char after[24];

    terminal_duration(json_int_or(report, "restoredMs", 0), duration);
    if (trouble != NULL) {
        terminal_print(out, COLOUR_RED, "The job was RUNNING after %s, and does not work: %s",
                       duration, trouble);
        (void)fputc('\n', out->file);
        return;
    }
    fit_size(json_int_or(json_member(content, "savepoint"), "stateBytes", 0), before);
    fit_size(json_int_or(report, "stateBytes", 0), after);
    terminal_print(out, COLOUR_GREEN,
                   "The program runs with the state: RUNNING after %s, and a checkpoint is "
                   "complete, of %s (the snapshot: %s).",
                   duration, after, before);
    (void)fputc('\n', out->file);
    print_held(out, report);
    print_tasks(out, report);
}

// What was found before the start, and after it.
static bool compare_and_try(struct rehearsal *self, json_t *all, struct error *err) {
    struct session *session = self->run.session;
    const struct client_options *options = &session->options;
    AUTO(json_decref) json_t *content = NULL;
    json_t *report = NULL;
    const char *reason;

    if (!rehearsal_compare(self, &content, err)) return false;
    json_put_copy(all, "snapshot", content);
    if (!options->is_json) fit_print(&session->out, content);
    bool is_good = fit_is_good(content, options->allows_non_restored, &reason);
    if (!is_good && reason != NULL) return error_set(err, ERROR_INVALID, "%s", reason);
    if (!is_good) session->exit_status = 1;
    json_put_bool(all, "fits", is_good);
    if (!is_good || options->is_checked_only) return true;
    if (!rehearsal_try(self, &report, err)) return false;
    json_put(all, "trial", report);
    if (json_member(report, "trouble") != NULL) session->exit_status = 1;
    if (!options->is_json) print_report(&session->out, content, report);
    return true;
}

// The verdict of the comparison, as the last line.
static void print_verdict(const struct session *session, const json_t *all) {
    bool is_good = json_bool_or(all, "fits", false);

    if (session->options.is_json || (is_good && !session->options.is_checked_only)) return;
    if (is_good)
        terminal_print(&session->out, COLOUR_GREEN,
                       "The program can be started from the snapshot.");
    else
        terminal_print(&session->out, COLOUR_RED,
                       "The program cannot be started from the snapshot; nothing was started.");
    (void)fputc('\n', session->out.file);
}

bool command_rehearse(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *all = json_new_object();
    struct rehearsal rehearsal;

    if (session->options.snapshot == NULL) {
        session->exit_status = 2;
        terminal_print_error("give the snapshot: --snapshot s3://bucket/prefix/, the directory of "
                             "a savepoint, or the name of an enhanced snapshot");
        return true;
    }
    bool is_done = rehearsal_open(&rehearsal, session, err) &&
                   rehearsal_take_snapshot(&rehearsal, session->options.snapshot, err) &&
                   compare_and_try(&rehearsal, all, err);
    if (is_done) print_verdict(session, all);
    bool is_kept = session->options.is_kept && (is_done || rehearsal.is_tried);
    if (is_kept)
        run_print(&rehearsal.run, COLOUR_PLAIN, -1, "kept: the application %s and the snapshot %s",
                  rehearsal.run.name, rehearsal.snapshot);
    if (is_done && session->options.is_json) session_print_json(session, all);
    rehearsal_close(&rehearsal, is_kept);
    return is_done;
}
