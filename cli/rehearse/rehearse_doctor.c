// `kobel doctor --snapshot`: the comparison of a rehearsal, beside the other findings.
#include "base/file.h"
#include "base/text.h"
#include "cli/client/s3_place.h"
#include "cli/doctor/command_doctor.h"
#include "cli/rehearse/command_rehearse.h"
#include "cli/rehearse/fit_print.h"
#include "cli/rehearse/rehearsal.h"
#include "runtime/savepoint/savepoint_report.h"

// What a directory of this machine contains, without a daemon.
static bool read_directory(const char *place, json_t **out_content, struct error *err) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};

    if (!savepoint_metadata_read(place, "", &metadata, err)) return false;
    *out_content = json_new_object();
    json_put(*out_content, "savepoint", savepoint_report_of(&metadata));
    return true;
}

static bool compare(struct session *session, const char *place, json_t **out_content,
                    struct error *err) {
    struct rehearsal rehearsal;

    bool is_done = rehearsal_open(&rehearsal, session, err) &&
                   rehearsal_take_snapshot(&rehearsal, place, err) &&
                   rehearsal_compare(&rehearsal, out_content, err);
    rehearsal_close(&rehearsal, false);
    return is_done;
}

// Without a daemon or a jar there is nothing to compare with.
static bool read(struct session *session, const char *place, json_t **out_content,
                 struct error *err) {
    bool has_daemon = client_is_answered(session->client);

    if (has_daemon && session->options.words[0] != NULL)
        return compare(session, place, out_content, err);
    if (file_is_directory(place)) return read_directory(place, out_content, err);
    if (has_daemon)
        return error_set(err, ERROR_INVALID, "give the jar that the snapshot is compared with");
    return error_set(
        err, ERROR_UNAVAILABLE,
        "no daemon answers at %s, which has the snapshot: start one with `kobel serve`",
        client_url(session->client));
}

static void print(const struct terminal *out, const char *place, const json_t *content,
                  bool is_good, const char *reason) {
    bool is_compared = json_member(content, "fit") != NULL;

    terminal_print(out, COLOUR_BOLD, "snapshot %s", place);
    (void)fputc('\n', out->file);
    fit_print(out, content);
    if (reason != NULL)
        terminal_print(out, COLOUR_RED, "  The program was not compared with it: %s", reason);
    else if (!is_compared)
        terminal_print(out, COLOUR_YELLOW,
                       "  It was not compared with a program: that needs a jar and a daemon.");
    else if (is_good)
        terminal_print(out, COLOUR_GREEN, "  The program can be started from it.");
    else
        terminal_print(out, COLOUR_RED, "  The program cannot be started from it.");
    (void)fputc('\n', out->file);
}

static bool check_snapshot(struct session *session, json_t *all, struct error *err) {
    AUTO(json_decref) json_t *content = NULL;
    char place[FILE_PATH_MAX];
    const char *reason;

    s3_place_of_savepoint(session->options.snapshot, place, sizeof place);
    if (!read(session, place, &content, err)) return false;
    bool is_good = fit_is_good(content, false, &reason);
    bool is_compared = json_member(content, "fit") != NULL || reason != NULL;
    if (is_compared && !is_good) session->exit_status = 1;
    if (is_compared) json_put_bool(all, "fits", is_good);
    json_put_copy(all, "snapshot", content);
    if (!session->options.is_json) print(&session->out, place, content, is_good, reason);
    return true;
}

bool command_rehearse_doctor(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *all = json_new_object();

    if (!command_doctor_check(session, all, err)) return false;
    if (session->options.snapshot != NULL && !check_snapshot(session, all, err)) return false;
    if (session->options.is_json) session_print_json(session, all);
    return true;
}
