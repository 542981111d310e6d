// Makes the parts of the daemon from the options and connects them.
#include "base/environment.h"
#include "base/text.h"
#include "daemon/daemon_parts.h"
#include "model/code.h"
#include "runtime/fence/sandbox_holds.h"
#include "runtime/host/available_memory.h"
#include "runtime/host/java_trust.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/job_environment.h"

#include <string.h>
#include <unistd.h>

static void on_cluster_change(void *userdata, const char *app_id) {
    struct daemon *self = userdata;

    if (self->service != NULL) controller_on_cluster_change(self->service, app_id);
}

static void choose_budget(struct daemon *self) {
    self->memory_budget_bytes = self->options->memory_budget_bytes;
    if (self->memory_budget_bytes > 0) return;
    int64_t available_bytes = available_memory_bytes();
    if (available_bytes < 0) available_bytes = (int64_t)4 << 30;
    self->memory_budget_bytes = available_bytes / 4 * 3;
}

// The user should know why the sandbox is not stronger, and what programs can reach.
static void warn_of_gaps(const struct sandbox *sandbox, const struct sandbox_refusals *refusals) {
    AUTO(buffer_release) struct buffer open = BUFFER_INIT(4096);

    for (enum sandbox_level level = SANDBOX_FULL; level < sandbox->level; level++)
        if (refusals->why[level][0] != '\0')
            log_warn("daemon", "a stronger sandbox is not possible", "reason=\"%s\"",
                     refusals->why[level]);
    sandbox_print_things(sandbox, false, &open);
    if (sandbox_has_namespaces(sandbox->level) && sandbox_closes_ports(sandbox))
        log_info("daemon", "sandbox", "level=%s open=\"%s\"", sandbox_level_name(sandbox->level),
                 buffer_text(&open));
    else
        log_warn("daemon", "the sandbox does not hold back everything", "level=%s open=\"%s\"",
                 sandbox_level_name(sandbox->level), buffer_text(&open));
}

static void open_document(void *userdata) {
    struct daemon *self = userdata;

    if (!self->has_document)
        self->has_document = document_open(&self->document, &self->no_document);
}

// The document is read while the sandbox is tried, because both take about as long.
static bool open_sandbox_and_document(struct daemon *self, struct error *err) {
    const struct sandbox_meanwhile reading = {.run = open_document, .userdata = self};
    struct sandbox_refusals refusals;

    if (!sandbox_choose(self->options->sandbox, &reading, &self->sandbox, &refusals, err))
        return false;
    warn_of_gaps(&self->sandbox, &refusals);
    open_document(self);
    return self->has_document ||
           error_set(err, self->no_document.kind, "%s", self->no_document.message);
}

static void warn_of_runtimes(const struct daemon *self) {
    AUTO(json_decref) json_t *runtimes = NULL;
    size_t index;
    json_t *runtime;

    if (!catalog_list(self->options->runtimes, &runtimes, NULL)) return;
    json_array_foreach(runtimes, index, runtime) {
        const char *name = json_text_or(runtime, "runtimeEnvironment", "");
        if (json_bool_or(runtime, "isOutdated", false))
            log_warn("daemon", "programs may miss classes that the service has",
                     "runtime=%s solution=\"kobel runtime install %s\"", name, name);
    }
}

// Jobs trust the S3 endpoint that the daemon trusts. Of an https endpoint of the daemon, the bundle
// has been read before.
static void trust_bundle(struct daemon *self) {
    const char *bundle = self->options->s3_ca_bundle;
    char directory[FILE_PATH_MAX];
    struct error err;

    if (bundle[0] == '\0') return;
    if (!file_join(directory, sizeof directory, &err, self->data.path, "trust", NULL) ||
        !java_trust_add(&self->java, bundle, directory, &err))
        log_warn("daemon", "jobs do not trust the CA bundle", "reason=\"%s\"", err.message);
}

static bool open_clusters(struct daemon *self, struct error *err) {
    struct error no_java;
    struct local_options options = {
        .data_directory = self->data.path,
        .mark = self->data.mark,
        .runtimes_directory = self->options->runtimes,
        .code = file_code_store_port(self->code),
        .job_environment = argument_list_items(&self->job_environment),
        .first_port = self->options->first_port,
        .last_port = self->options->last_port,
        .spares = self->options->spares,
        .spare_max_age_ms = self->options->spare_max_age_ms,
        .memory_budget_bytes = self->memory_budget_bytes,
        .headroom_bytes = self->options->headroom_bytes,
        .log_budget_bytes = self->options->log_budget_bytes,
        .silence_limit_ms = self->options->silence_limit_ms,
        .program_limit_ms = self->options->program_limit_ms,
        .on_change = on_cluster_change,
        .userdata = self,
    };

    if (options.spares < 0) options.spares = self->options->profile == PROFILE_DEV ? 1 : 0;
    self->has_java = java_find(&self->java, &no_java);
    if (!self->has_java)
        log_warn("daemon", "applications cannot be started", "reason=\"%s\"", no_java.message);
    else
        trust_bundle(self);
    options.java = self->java;
    options.sandbox = self->sandbox;
    if (!local_clusters_new(self->loop, &options, &self->clusters, err)) return false;
    warn_of_runtimes(self);
    const char *left_behind = local_clusters_left_behind(self->clusters);
    if (left_behind[0] != '\0')
        log_warn("daemon", "the files of ended clusters cannot be removed", "error=\"%s\"",
                 left_behind);
    return true;
}

// The credentials that the AWS SDKs find in the environment, too.
static struct s3_options s3_options_of(const struct options *options) {
    return (struct s3_options){
        .endpoint = options->s3_endpoint[0] == '\0' ? NULL : options->s3_endpoint,
        .access_key = environment_or("AWS_ACCESS_KEY_ID", ""),
        .secret_key = environment_or("AWS_SECRET_ACCESS_KEY", ""),
        .session_token = environment_or("AWS_SESSION_TOKEN", ""),
        .region = environment_or("AWS_REGION", environment_or("AWS_DEFAULT_REGION", "us-east-1")),
        .ca_bundle = options->s3_ca_bundle,
    };
}

bool daemon_s3_directory(const struct daemon *self, char out[static FILE_PATH_MAX],
                         struct error *err) {
    const char *root = self->options->s3_root;

    if (root[0] == '\0') return file_join(out, FILE_PATH_MAX, err, self->data.path, "s3", NULL);
    (void)text_copy(out, FILE_PATH_MAX, root);
    return true;
}

static bool open_code(struct daemon *self, struct error *err) {
    char code[FILE_PATH_MAX];
    char s3[FILE_PATH_MAX];
    struct file_code_store_options options = {.code_directory = code,
                                              .s3_directory = s3,
                                              .s3 = s3_options_of(self->options),
                                              .limit_bytes = CODE_MAX_BYTES};

    if (!file_join(code, sizeof code, err, self->data.path, "code", NULL) ||
        !daemon_s3_directory(self, s3, err))
        return false;
    if (options.s3.endpoint == NULL)
        (void)text_copy(self->code_objects, sizeof self->code_objects, s3);
    return file_code_store_new(self->loop, &options, &self->code, err);
}

static bool open_transfers(struct daemon *self, struct error *err) {
    char s3[FILE_PATH_MAX];
    struct bucket_transfers_options options = {
        .data_directory = self->data.path, .s3_directory = s3, .s3 = s3_options_of(self->options)};

    return daemon_s3_directory(self, s3, err) &&
           bucket_transfers_new(self->loop, &options, &self->transfers, err);
}

static bool open_controller(struct daemon *self, struct error *err) {
    char path[FILE_PATH_MAX];
    struct controller_options options = {
        .clock = clock_of(&self->clock),
        .profile = self->options->profile,
        .memory_budget_bytes = self->memory_budget_bytes,
        .start_limit_ms = self->options->start_limit_ms,
        .running_min_ms = self->options->running_min_ms,
        .start_means_all_tasks = self->options->start_means_all_tasks,
        .limits = self->options->limits,
        .retention = self->options->retention,
        .maintains = self->options->maintains,
        .metering = self->options->metering,
        .on_due_changed = daemon_set_timer,
        .userdata = self,
    };

    if (!file_join(path, sizeof path, err, self->data.path, "kobel.db", NULL)) return false;
    if (!db_open(path, &self->db, err)) return false;
    options.db = self->db;
    options.clusters = local_clusters_port(self->clusters);
    options.insight = local_clusters_insight(self->clusters);
    options.capacity = local_clusters_capacity(self->clusters);
    options.state_files = local_clusters_state_files(self->clusters);
    options.programs = local_clusters_programs(self->clusters);
    options.code = file_code_store_port(self->code);
    options.transfers = bucket_transfers_port(self->transfers);
    return controller_new(&options, &self->service, err);
}

static bool open_server(struct daemon *self, struct error *err) {
    struct clock clock = clock_of(&self->clock);

    for (size_t index = 0; index < self->options->allowed_host_count; index++)
        self->allowed_hosts[index] = self->options->allowed_host_texts[index];
    struct http_server_options options = {
        .listen_address = self->options->listen,
        .port = self->options->port,
        .allowed_hosts = self->allowed_hosts,
        .document = self->document,
        .token_key = self->data.secret,
        .auth_keys = {.keys = self->options->auth_keys,
                      .count =
                          self->options->verifies_signatures ? self->options->auth_key_count : 0},
        .wall_clock = clock_system(),
        .objects = &self->objects,
        .admin = {.version = KOBEL_VERSION,
                  .clock = &self->clock,
                  .on_clock_set = daemon_set_timer,
                  .add_status = daemon_add_status,
                  .is_ready = daemon_is_ready,
                  .userdata = self},
    };

    if (!http_server_new(self->loop, self->service, &clock, &options, &self->server, err))
        return false;
    local_clusters_close_port(self->clusters, http_server_port(self->server));
    return daemon_serve_jobs(self, err);
}

// Where signatures are checked, jobs sign what they send to the S3 endpoint as well.
static void take_verified_key(const struct options *options, struct aws_keys *out) {
    const struct auth_key *key = &options->auth_keys[0];

    if (!options->verifies_signatures || options->auth_key_count == 0) return;
    (void)text_copy(out->access_key, sizeof out->access_key, key->access_key);
    (void)text_copy(out->secret_key, sizeof out->secret_key, key->secret_key);
    (void)text_copy(out->session_token, sizeof out->session_token, key->session_token);
}

static void collect_environment(struct daemon *self) {
    struct aws_keys keys = {0};
    const char *profile = environment_or("AWS_PROFILE", NULL);

    if (!aws_profile_read(&keys)) {
        take_verified_key(self->options, &keys);
        if (profile != NULL)
            log_warn("daemon", "the profile has no access keys", "profile=\"%s\"", profile);
    }
    job_environment_collect(self->options->job_env, (const char *const *)environ, &keys,
                            &self->job_environment);
}

bool daemon_open_parts(struct daemon *self, struct error *err) {
    collect_environment(self);
    choose_budget(self);
    return open_sandbox_and_document(self, err) && open_code(self, err) &&
           open_transfers(self, err) && open_clusters(self, err) && open_controller(self, err) &&
           daemon_open_objects(self, err) && open_server(self, err);
}
