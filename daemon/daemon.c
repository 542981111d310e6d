#include "daemon/daemon.h"

#include "api/http_server.h"
#include "base/environment.h"
#include "base/jar_within.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/controller.h"
#include "controller/reconciler.h"
#include "daemon/data_directory.h"
#include "model/code.h"
#include "runtime/code/file_code_store.h"
#include "runtime/fence/sandbox_holds.h"
#include "runtime/host/available_memory.h"
#include "runtime/host/orphans.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/flink_cluster.h"
#include "runtime/local/job_environment.h"

#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct daemon {
    const struct options *options;
    const char *allowed_hosts[OPTIONS_ALLOWED_HOSTS_MAX + 1];
    struct data_directory data;
    char code_objects[FILE_PATH_MAX]; // the directory of buckets; "" = an S3 endpoint
    struct sandbox sandbox;
    struct document *document; // of the API
    bool has_document;
    struct error no_document; // why it could not be read
    struct java java;
    bool has_java;
    int64_t memory_budget_bytes;
    struct argument_list job_environment;
    sd_event *loop;
    sd_event_source *timer;  // the reconciler's next turn
    struct bent_clock clock; // the service's
    struct db *db;
    struct file_code_store *code;
    struct flink_clusters *clusters;
    struct app_service *service;
    struct http_server *server;
};

// --- the reconciler's turn ---

static void set_timer(void *userdata) {
    struct daemon *self = userdata;
    struct clock clock = clock_of(&self->clock);
    int64_t due_ms;
    uint64_t now_us;

    if (self->service == NULL || !controller_next_due_ms(self->service, &due_ms)) return;
    int64_t delay_ms = clock_real_ms(&self->clock, due_ms - clock_now_ms(&clock));
    (void)sd_event_now(self->loop, CLOCK_MONOTONIC, &now_us);
    (void)sd_event_source_set_time(self->timer,
                                   now_us + (delay_ms > 0 ? (uint64_t)delay_ms * 1000 : 0));
    (void)sd_event_source_set_enabled(self->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct daemon *self = userdata;

    (void)source;
    (void)now_us;
    reconciler_run_due(self->service);
    set_timer(self);
    return 0;
}

static void on_cluster_change(void *userdata, const char *app_id) {
    struct daemon *self = userdata;

    if (self->service != NULL) controller_on_cluster_change(self->service, app_id);
}

// --- what only the daemon knows ---

static void add_sandbox(const struct daemon *self, json_t *status) {
    json_t *holds = json_new_object();

    json_put_text(status, "sandbox", sandbox_level_name(self->sandbox.level));
    json_put_text(status, "networkFence", sandbox_closes_ports(&self->sandbox) ? "ports" : "none");
    for (size_t index = 0; index < sandbox_thing_count(); index++)
        json_put_bool(holds, sandbox_thing_at(index).id, sandbox_holds(&self->sandbox, index));
    json_put(status, "sandboxHoldsBack", holds);
}

static void add_status(void *userdata, json_t *status) {
    struct daemon *self = userdata;
    json_t *runtimes = NULL;
    char limits[64];
    char retention[96];
    struct error err;

    json_put_text(status, "dataDirectory", self->data.path);
    if (self->code_objects[0] != '\0') json_put_text(status, "codeObjects", self->code_objects);
    json_put_text(status, "profile", profile_name(self->options->profile));
    add_sandbox(self, status);
    if (self->has_java) json_put_text(status, "java", self->java.home);
    if (catalog_list(self->options->runtimes, &runtimes, &err))
        json_put(status, "runtimes", runtimes);
    flink_clusters_limits(self->clusters, limits, sizeof limits);
    json_put_text(status, "limits", limits);
    retention_policy_print(&self->options->retention, retention, sizeof retention);
    json_put_text(status, "snapshotRetention", retention);
    json_put(status, "clusters", flink_clusters_status(self->clusters));
}

static bool is_ready(void *userdata, struct error *err) {
    struct daemon *self = userdata;
    AUTO(json_decref) json_t *runtimes = NULL;

    if (!java_find(&self->java, err)) return false;
    if (!catalog_list(self->options->runtimes, &runtimes, err)) return false;
    return json_array_size(runtimes) > 0 ||
           error_set(err, ERROR_UNAVAILABLE,
                     "no runtime is installed: kobel runtime install FLINK-1_20");
}

// --- setting up ---

static void choose_budget(struct daemon *self) {
    self->memory_budget_bytes = self->options->memory_budget_bytes;
    if (self->memory_budget_bytes > 0) return;
    int64_t available_bytes = available_memory_bytes();
    if (available_bytes < 0) available_bytes = (int64_t)4 << 30;
    self->memory_budget_bytes = available_bytes / 4 * 3;
}

// Why it is not a stronger one, and what programs can reach: nobody should find out by an accident.
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

// Reading the document takes as long as trying the sandbox.
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

static bool open_clusters(struct daemon *self, struct error *err) {
    struct error no_java;
    struct flink_clusters_options options = {
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
        .log_budget_bytes = self->options->log_budget_bytes,
        .silence_limit_ms = self->options->silence_limit_ms,
        .on_change = on_cluster_change,
        .userdata = self,
    };

    if (options.spares < 0) options.spares = self->options->profile == PROFILE_DEV ? 1 : 0;
    self->has_java = java_find(&self->java, &no_java);
    if (!self->has_java)
        log_warn("daemon", "nothing can be started", "reason=\"%s\"", no_java.message);
    options.java = self->java;
    options.sandbox = self->sandbox;
    if (!flink_clusters_new(self->loop, &options, &self->clusters, err)) return false;
    const char *left_behind = flink_clusters_left_behind(self->clusters);
    if (left_behind[0] != '\0')
        log_warn("daemon", "files of ended clusters cannot be removed", "error=\"%s\"",
                 left_behind);
    return true;
}

// Credentials as the AWS SDKs find them in the environment.
static struct s3_options s3_options_of(const struct options *options) {
    return (struct s3_options){
        .endpoint = options->s3_endpoint[0] == '\0' ? NULL : options->s3_endpoint,
        .access_key = environment_or("AWS_ACCESS_KEY_ID", ""),
        .secret_key = environment_or("AWS_SECRET_ACCESS_KEY", ""),
        .session_token = environment_or("AWS_SESSION_TOKEN", ""),
        .region = environment_or("AWS_REGION", environment_or("AWS_DEFAULT_REGION", "us-east-1")),
    };
}

static bool open_code(struct daemon *self, struct error *err) {
    char code[FILE_PATH_MAX];
    char s3[FILE_PATH_MAX];
    struct file_code_store_options options = {.code_directory = code,
                                              .s3_directory = s3,
                                              .s3 = s3_options_of(self->options),
                                              .limit_bytes = CODE_MAX_BYTES};

    if (!file_join(code, sizeof code, err, self->data.path, "code", NULL) ||
        !file_join(s3, sizeof s3, err, self->data.path, "s3", NULL))
        return false;
    if (self->options->s3_root[0] != '\0') (void)text_copy(s3, sizeof s3, self->options->s3_root);
    if (options.s3.endpoint == NULL)
        (void)text_copy(self->code_objects, sizeof self->code_objects, s3);
    return file_code_store_new(self->loop, &options, &self->code, err);
}

static bool open_controller(struct daemon *self, struct error *err) {
    char path[FILE_PATH_MAX];
    struct controller_options options = {
        .clock = clock_of(&self->clock),
        .profile = self->options->profile,
        .memory_budget_bytes = self->memory_budget_bytes,
        .start_limit_ms = self->options->start_limit_ms,
        .limits = self->options->limits,
        .retention = self->options->retention,
        .metering = self->options->metering,
        .on_due_changed = set_timer,
        .userdata = self,
    };

    if (!file_join(path, sizeof path, err, self->data.path, "kobel.db", NULL)) return false;
    if (!db_open(path, &self->db, err)) return false;
    options.db = self->db;
    options.clusters = flink_clusters_port(self->clusters);
    options.insight = flink_clusters_insight(self->clusters);
    options.capacity = flink_clusters_capacity(self->clusters);
    options.state_files = flink_clusters_state_files(self->clusters);
    options.code = file_code_store_port(self->code);
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
        .admin = {.version = KOBEL_VERSION,
                  .clock = &self->clock,
                  .on_clock_set = set_timer,
                  .add_status = add_status,
                  .is_ready = is_ready,
                  .userdata = self},
    };

    if (!http_server_new(self->loop, self->service, &clock, &options, &self->server, err))
        return false;
    flink_clusters_close_port(self->clusters, http_server_port(self->server));
    return true;
}

static bool add_signal(struct daemon *self, int number, struct error *err) {
    int code = sd_event_add_signal(self->loop, NULL, number | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);

    return code >= 0 || error_system(err, -code, "watch signal %d", number);
}

static bool open_loop(struct daemon *self, struct error *err) {
    int code = sd_event_new(&self->loop);

    if (code < 0) return error_system(err, -code, "event loop");
    code = sd_event_add_time(self->loop, &self->timer, CLOCK_MONOTONIC, 0, 1, on_timer, self);
    if (code < 0) return error_system(err, -code, "timer");
    (void)sd_event_source_set_enabled(self->timer, SD_EVENT_OFF);
    (void)signal(SIGPIPE, SIG_IGN); // a client that is gone is an error of its connection
    return add_signal(self, SIGTERM, err) && add_signal(self, SIGINT, err);
}

static bool open_all(struct daemon *self, struct error *err) {
    job_environment_collect(self->options->job_env, (const char *const *)environ,
                            &self->job_environment);
    if (!data_directory_open(self->options->data, &self->data, err)) return false;
    // What a dead daemon left still uses memory.
    if (!self->data.is_new) orphans_kill(self->data.mark);
    choose_budget(self);
    return open_loop(self, err) && open_sandbox_and_document(self, err) && open_code(self, err) &&
           open_clusters(self, err) && open_controller(self, err) && open_server(self, err);
}

// In the order of who uses whom. Running applications end as in a crash: their records say RUNNING,
// their checkpoints stay, and the next start brings them back.
static void close_all(struct daemon *self) {
    file_code_store_free(self->code);
    controller_stop(self->service);
    http_server_free(self->server);
    controller_free(TAKE(self->service));
    flink_clusters_free(self->clusters);
    document_free(self->document);
    db_close(self->db);
    (void)sd_event_source_disable_unref(self->timer);
    (void)sd_event_unref(self->loop);
    data_directory_close(&self->data);
    argument_list_release(&self->job_environment);
}

// --- being ready ---

// Where clients on this machine reach the daemon: 0.0.0.0 is all addresses, and none to go to.
static void print_url(const struct daemon *self, char *out, size_t size_bytes) {
    const char *address = self->options->listen;

    (void)text_format(out, size_bytes, "http://%s:%u",
                      text_equal(address, "0.0.0.0") ? "127.0.0.1" : address,
                      http_server_port(self->server));
}

static bool announce(const struct daemon *self, struct error *err) {
    AUTO(json_decref) json_t *ready = json_new_object();
    char url[128];

    print_url(self, url, sizeof url);
    json_put_text(ready, "url", url);
    json_put_int(ready, "pid", getpid());
    json_put_text(ready, "version", KOBEL_VERSION);
    AUTO(memory_free) char *text = json_print(ready);
    if (self->options->ready_file[0] != '\0' &&
        !file_write_atomically(self->options->ready_file, text, strlen(text), 0644, err))
        return error_prefix(err, "--ready-file");
    log_info("daemon", "ready", "url=%s listen=%s data=\"%s\" sandbox=%s profile=%s", url,
             self->options->listen, self->data.path, sandbox_level_name(self->sandbox.level),
             profile_name(self->options->profile));
    (void)fprintf(stdout,
                  "export AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2=%s\n"
                  "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
                  "AWS_DEFAULT_REGION=us-east-1\n",
                  url);
    (void)fflush(stdout);
    return true;
}

// glibc keeps more and more for itself after each large block that was freed: one long answer of a
// JobManager would stay a megabyte of the daemon's for ever.
static void give_back_large_blocks(void) {
    enum { LARGE_BYTES = 128 << 10 };

    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
}

int daemon_run(const struct options *options) {
    struct daemon self = {.options = options, .data = DATA_DIRECTORY_INIT};
    struct error err;

    give_back_large_blocks();
    log_set_level(options->log_level);
    clock_bend(&self.clock, clock_system());
    clock_set_scale(&self.clock, options->time_scale);
    bool is_well = open_all(&self, &err) && announce(&self, &err);
    if (is_well) {
        set_timer(&self);
        int code = sd_event_loop(self.loop);
        is_well = code >= 0 || error_system(&err, -code, "event loop");
        log_info("daemon", "stopping", NULL);
    }
    close_all(&self);
    if (!is_well) log_error("daemon", "cannot serve", "reason=\"%s\"", err.message);
    return is_well ? 0 : 1;
}
