#include "daemon/daemon.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/reconciler.h"
#include "daemon/daemon_parts.h"
#include "runtime/host/orphans.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/clusters.h"
#include "runtime/local/job_environment.h"

#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

// --- the reconciler's turn ---

void daemon_set_timer(void *userdata) {
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
    daemon_set_timer(self);
    return 0;
}

// --- the loop ---

static bool add_signal(struct daemon *self, int number, struct error *err) {
    int code = sd_event_add_signal(self->loop, NULL, number | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);

    return code >= 0 || error_system(err, -code, "handle signal %d", number);
}

static bool open_loop(struct daemon *self, struct error *err) {
    int code = sd_event_new(&self->loop);

    if (code < 0) return error_system(err, -code, "create the event loop");
    code = sd_event_add_time(self->loop, &self->timer, CLOCK_MONOTONIC, 0, 1, on_timer, self);
    if (code < 0) return error_system(err, -code, "create the timer of the event loop");
    (void)sd_event_source_set_enabled(self->timer, SD_EVENT_OFF);
    (void)signal(SIGPIPE, SIG_IGN); // a client that is gone is an error of its connection
    return add_signal(self, SIGTERM, err) && add_signal(self, SIGINT, err);
}

static bool open_all(struct daemon *self, struct error *err) {
    if (!data_directory_open(self->options->data, &self->data, err)) return false;
    // Processes that a killed daemon left behind still use memory.
    if (!self->data.is_new) orphans_kill(self->data.mark);
    return open_loop(self, err) && daemon_open_parts(self, err);
}

// What uses another part is closed before it. Running applications end as in a crash: their records
// still say RUNNING, their checkpoints stay, and the next start of the daemon recovers them.
static void close_all(struct daemon *self) {
    file_code_store_free(self->code);
    bucket_transfers_free(self->transfers);
    controller_stop(self->service);
    http_server_free(self->server);
    object_store_close(&self->objects);
    controller_free(TAKE(self->service));
    local_clusters_free(self->clusters);
    document_free(self->document);
    db_close(self->db);
    (void)sd_event_source_disable_unref(self->timer);
    (void)sd_event_unref(self->loop);
    data_directory_close(&self->data);
    argument_list_release(&self->job_environment);
}

// --- the report that it is ready ---

// The URL for clients on this machine: 0.0.0.0 stands for all addresses, and cannot be connected
// to.
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

// After each large block that is freed, glibc raises the size from which it returns memory to the
// kernel: one long answer of a JobManager would cost the daemon a megabyte for ever.
static void return_large_blocks(void) {
    enum { LARGE_BYTES = 128 << 10 };

    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
}

int daemon_run(const struct options *options) {
    struct daemon self = {.options = options, .data = DATA_DIRECTORY_INIT};
    struct error err;

    return_large_blocks();
    log_set_level(options->log_level);
    clock_bend(&self.clock, clock_system());
    clock_set_scale(&self.clock, options->time_scale);
    bool is_well = open_all(&self, &err) && announce(&self, &err);
    if (is_well) {
        daemon_set_timer(&self);
        int code = sd_event_loop(self.loop);
        is_well = code >= 0 || error_system(&err, -code, "run the event loop");
        log_info("daemon", "stopping", NULL);
    }
    close_all(&self);
    if (!is_well) log_error("daemon", "cannot serve", "reason=\"%s\"", err.message);
    return is_well ? 0 : 1;
}
