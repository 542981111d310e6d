#include "runtime/local/machine.h"

#include "base/text.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/installed/catalog.h"
#include "runtime/kafka/kafka_client.h"
#include "runtime/local/log_budget.h"
#include "runtime/local/program_process.h"
#include "runtime/local/python_packages_run.h"
#include "runtime/local/snapshot_files.h"
#include "runtime/local/workspace_retire.h"

// A client that still waits for a name server by then ends with the daemon.
static const int64_t KAFKA_END_MAX_MS = 200;

static void choose_options(struct machine *machine, const struct local_options *options) {
    machine->options = *options;
    if (options->log_budget_bytes == 0)
        machine->options.log_budget_bytes = LOG_BUDGET_DEFAULT_BYTES;
    if (options->silence_limit_ms == 0)
        machine->options.silence_limit_ms = CLUSTER_SILENCE_LIMIT_MS;
    if (options->program_limit_ms == 0)
        machine->options.program_limit_ms = PROGRAM_LIMIT_DEFAULT_MS;
    (void)text_copy(machine->mark, sizeof machine->mark, options->mark);
}

bool machine_open(struct machine *machine, sd_event *loop, const struct local_options *options,
                  struct error *err) {
    struct trash_options trash = {.remover = machine->options.sandbox.launcher};
    struct error reason;

    machine->loop = sd_event_ref(loop);
    choose_options(machine, options);
    for (int index = 0; index < RUNTIME_COUNT; index++)
        machine->held_runtimes[index] = -1;
    port_pool_init(&machine->ports, options->first_port, options->last_port);
    if (!text_copy(machine->data_directory, FILE_PATH_MAX, options->data_directory) ||
        !text_copy(machine->runtimes_directory, FILE_PATH_MAX, options->runtimes_directory))
        return error_set(err, ERROR_INVALID, "the path of the data directory is too long");
    if (!file_join(machine->apps_directory, FILE_PATH_MAX, err, machine->data_directory, "apps",
                   NULL))
        return false;
    machine->cgroups = cgroup_root_open(machine->data_directory);
    // The files of one application may not keep a daemon from starting.
    if (!workspace_clean(machine->data_directory, &reason))
        (void)text_copy(machine->left_behind, sizeof machine->left_behind, reason.message);
    python_packages_run_clean(machine->data_directory);
    return snapshot_files_make_root(machine->data_directory, err) &&
           trash_new(loop, machine->data_directory, &trash, &machine->trash, err) &&
           disk_usage_new(loop, machine->data_directory, &machine->usage, err) &&
           http_client_new(loop, &machine->http, err);
}

void machine_close(struct machine *machine) {
    cluster_processes_free_leaving(&machine->leaving);
    // What ran inside a sandbox dies with it, but not at once. The caller relies on all being gone.
    orphans_kill(machine->mark);
    kafka_clients_wait_ended(KAFKA_END_MAX_MS);
    port_pool_release(&machine->ports);
    machine_hold_runtimes(machine, 0);
    cgroup_root_close(&machine->cgroups);
    http_client_free(machine->http);
    disk_usage_free(machine->usage);
    trash_free(machine->trash);
    (void)sd_event_unref(machine->loop);
}

void machine_files_changed(struct machine *machine, const char *app_id) {
    trash_empty(machine->trash);
    disk_usage_touch(machine->usage, app_id);
}

int machine_headroom_mb(const struct machine *machine, const struct cluster_size *size) {
    return size->profile == PROFILE_DEV ? (int)(machine->options.headroom_bytes >> 20) : 0;
}

bool machine_hold_runtime(struct machine *machine, enum runtime_environment runtime,
                          struct error *err) {
    return catalog_hold(machine->runtimes_directory, runtime, &machine->held_runtimes[runtime],
                        err);
}

void machine_hold_runtimes(struct machine *machine, uint32_t runtimes) {
    for (int index = 0; index < RUNTIME_COUNT; index++) {
        if ((runtimes >> index & 1) != 0) {
            // One that is not installed cannot be held. Its next launch fails and reports that.
            error_ignore(machine_hold_runtime(machine, (enum runtime_environment)index, NULL));
            continue;
        }
        file_close(machine->held_runtimes[index]);
        machine->held_runtimes[index] = -1;
    }
}
