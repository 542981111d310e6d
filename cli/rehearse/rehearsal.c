#include "cli/rehearse/rehearsal.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/interrupts.h"
#include "cli/doctor/jar_bytes.h"
#include "cli/doctor/program_check.h"
#include "cli/package/properties.h"
#include "cli/run/run_package.h"
#include "cli/run/run_runtime.h"

#include <unistd.h>

enum {
    STATUS_TIMEOUT_MS = 10000,
    COMPARE_TIMEOUT_MS = 120000,
    APP_PART_MAX = 60,
    CHECKPOINT_INTERVAL_MS = 2000,
    CHECKPOINT_PAUSE_MS = 500,
    GONE_MAX_MS = 10000,
    GONE_POLL_MS = 50
};

// --- the application ---

static bool check_program(struct rehearsal *self, struct error *err) {
    const char *path = self->run.session->options.words[0];
    struct program_verdict verdict;

    if (!program_check(&self->run.package, NULL, RUNTIME_DEFAULT, &verdict, err)) return false;
    if (self->run.package.is_python)
        return error_set(err, ERROR_UNSUPPORTED,
                         "'%s' is a Python application, whose operators kobel cannot compare",
                         path);
    return verdict.obstacle == NULL ||
           error_set(err, ERROR_INVALID, "'%s' cannot be run: %s. %s", path, verdict.obstacle->text,
                     verdict.obstacle->advice);
}

// A script of SQL needs a part that the daemon's runtimes have: `status` is NULL before that.
static bool make_package(struct rehearsal *self, const json_t *status, struct error *err) {
    const struct client_options *options = &self->run.session->options;

    if ((package_kind_of(options->words[0]) == PACKAGE_SQL) != (status != NULL)) return true;
    return run_package_make(options, status, &self->run.package, err) && check_program(self, err);
}

static bool read_properties(struct rehearsal *self, struct error *err) {
    const struct client_options *options = &self->run.session->options;
    struct property_source source = {.path = options->properties_file,
                                     .properties = options->properties,
                                     .count = options->property_count};

    return (source.path == NULL && source.count == 0) ||
           properties_read(&source, &self->run.groups, err);
}

// An earlier daemon would not know the tag, and let the program read.
static bool check_can_hold(const json_t *status, struct error *err) {
    return json_bool_or(status, "canHoldSources", false) ||
           error_set(err, ERROR_UNSUPPORTED,
                     "the daemon is of an earlier kobel, which cannot hold sources: restart it");
}

static bool read_code(struct rehearsal *self, struct error *err) {
    AUTO(json_decref) json_t *status = NULL;

    return client_get(self->run.client, "/kobel/v1/status", STATUS_TIMEOUT_MS, &status, err) &&
           (!self->run.session->options.holds_sources || check_can_hold(status, err)) &&
           make_package(self, status, err) &&
           run_code_read(self->run.package.path, json_text(status, "codeObjects"), &self->run.code,
                         err);
}

// The first checkpoint is what a rehearsal waits for. By default it comes after a minute.
static json_t *frequent_checkpoints(void) {
    json_t *checkpoints = json_new_object();

    json_put_text(checkpoints, "ConfigurationType", "CUSTOM");
    json_put_bool(checkpoints, "CheckpointingEnabled", true);
    json_put_int(checkpoints, "CheckpointInterval", CHECKPOINT_INTERVAL_MS);
    json_put_int(checkpoints, "MinPauseBetweenCheckpoints", CHECKPOINT_PAUSE_MS);
    return checkpoints;
}

static void add_settings(json_t *configuration) {
    json_t *snapshots = json_new_object();
    json_t *flink = json_copy_of(json_member(configuration, "FlinkApplicationConfiguration"));

    json_put_bool(snapshots, "SnapshotsEnabled", true);
    json_put_text(snapshots, "SnapshotMode", "ENHANCED_SNAPSHOTS");
    json_put(configuration, "ApplicationSnapshotConfiguration", snapshots);
    if (flink == NULL) flink = json_new_object();
    json_put(flink, "CheckpointConfiguration", frequent_checkpoints());
    json_put(configuration, "FlinkApplicationConfiguration", flink);
}

static bool create(struct rehearsal *self, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    char runtime[RUN_RUNTIME_SIZE];
    struct run_target target = {.name = self->run.name,
                                .runtime = runtime,
                                .code = &self->run.code,
                                .groups = self->run.groups,
                                .parallelism = self->run.session->options.parallelism,
                                .holds_sources = self->run.session->options.holds_sources};

    if (!run_choose_runtime(&self->run, NULL, runtime, err)) return false;
    run_print(&self->run, COLOUR_PLAIN, -1, "the runtime is %s%s", runtime,
              self->run.session->options.runtime == NULL ? "; --runtime takes another" : "");
    json_t *request = run_create_request(&target);
    add_settings(json_object_get(request, "ApplicationConfiguration"));
    if (!client_call(self->run.client, "CreateApplication", request, &reply, err)) return false;
    self->is_created = true;
    return true;
}

static void choose_name(struct rehearsal *self, const char *jar) {
    char base[sizeof self->run.name];
    char random[7];

    jar_application_name(jar, base, sizeof base);
    random_id_hex(random, sizeof random - 1);
    (void)text_format(self->run.name, sizeof self->run.name, "rehearse-%.*s-%s", APP_PART_MAX, base,
                      random);
}

bool rehearsal_open(struct rehearsal *self, struct session *session, struct error *err) {
    const char *jar = session->options.words[0];

    *self = (struct rehearsal){.run = {.session = session,
                                       .client = session->client,
                                       .err = terminal_of(STDERR_FILENO),
                                       .package = {.fd = -1}}};
    choose_name(self, jar);
    interrupts_begin();
    return make_package(self, NULL, err) && read_properties(self, err) &&
           run_open_server(&self->run, err) && read_code(self, err) && create(self, err);
}

// --- the comparison ---

bool rehearsal_compare(struct rehearsal *self, json_t **out_content, struct error *err) {
    AUTO(memory_free)
    char *rest = memory_format("/snapshots/%s?fit=true&of=%s", self->snapshot, self->owner);

    return app_get(self->run.client, self->run.name, rest, COMPARE_TIMEOUT_MS, out_content, err);
}

// --- the end ---

// What is being removed is waited for, since the daemon may be ended next; not for long, since it
// removes the rest when it is started again.
static void wait_until_gone(struct rehearsal *self, const char *question, const char *member,
                            const char *name) {
    for (int waited_ms = 0; waited_ms < GONE_MAX_MS; waited_ms += GONE_POLL_MS) {
        AUTO(json_decref) json_t *reply = NULL;
        json_t *request = json_new_object();
        json_put_text(request, member, name);
        if (!client_call(self->run.client, question, request, &reply, NULL)) return;
        app_pause(GONE_POLL_MS);
    }
}

// A failure is printed, and the rest is removed all the same.
static void remove_application(struct rehearsal *self) {
    AUTO(json_decref) json_t *detail = NULL;
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = app_request(self->run.name);
    struct error err;

    bool is_known = app_describe(self->run.client, self->run.name, &detail, &err);
    json_put_copy(request, "CreateTimestamp", json_member(detail, "CreateTimestamp"));
    if (!is_known) json_decref(request);
    if (is_known && client_call(self->run.client, "DeleteApplication", request, &reply, &err)) {
        wait_until_gone(self, "DescribeApplication", "ApplicationName", self->run.name);
        return;
    }
    run_print(&self->run, COLOUR_YELLOW, -1, "the application %s is left: %s", self->run.name,
              err.message);
}

// The deletion of the application may be under way, which holds its state.
static void remove_snapshot(struct rehearsal *self) {
    AUTO(json_decref) json_t *shown = NULL;
    AUTO(json_decref) json_t *reply = NULL;
    json_t *question = json_new_object();
    json_t *request = json_new_object();
    struct error err;

    json_put_text(question, "SnapshotName", self->snapshot);
    json_put_text(request, "SnapshotName", self->snapshot);
    bool is_known = client_call(self->run.client, "DescribeSnapshot", question, &shown, &err);
    json_put_copy(request, "SnapshotCreationTimestamp",
                  json_path(shown, "SnapshotInfoDetails", "SnapshotCreationTimestamp", NULL));
    if (!is_known) json_decref(request);
    if (is_known && client_call(self->run.client, "DeleteSnapshot", request, &reply, &err)) {
        wait_until_gone(self, "DescribeSnapshot", "SnapshotName", self->snapshot);
        return;
    }
    run_print(&self->run, COLOUR_YELLOW, -1, "the snapshot %s is left: %s", self->snapshot,
              err.message);
}

void rehearsal_close(struct rehearsal *self, bool is_kept) {
    if (self->is_created && !is_kept) remove_application(self);
    if (self->is_imported && !is_kept) remove_snapshot(self);
    if (self->copy[0] != '\0') error_ignore(file_remove_tree(self->copy, NULL));
    run_code_release(&self->run.code);
    package_release(&self->run.package);
    json_decref(self->run.groups);
    local_server_stop(&self->run.server);
}
