#include "runtime/local/program_process.h"

#include "base/clock.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/cluster_conf_files.h"
#include "runtime/local/code_stage.h"
#include "runtime/local/end_report.h"
#include "runtime/local/log_budget.h"
#include "runtime/local/process_fence.h"
#include "runtime/local/program_result.h"
#include "runtime/local/workspace_spare.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

// Log and output have the names that log_budget.h knows.
static const char OUTPUT[] = WORKSPACE_LOG "/jobmanager.out";
static const char RESULT[] = "work/operators.json";
static const char CODE[] = "program.jar";
static const int64_t LOG_BYTES = (int64_t)16 << 20;
enum { PIECE_BYTES = 65536 };

struct program_process {
    struct machine *machine;
    struct job_spec spec;
    struct launch_spec launch;
    struct workspace_paths paths;
    struct installed_runtime runtime;
    struct code_stage *stage; // NULL: the code is in its place
    struct cgroup_limits limits;
    struct cgroup group;
    struct process *process; // NULL: not started yet
    struct log_budget *logs;
    sd_event_source *limit;
    bool is_late; // killed at the time limit
    program_done_fn *done;
    void *userdata;
};

void program_process_free(struct program_process *self) {
    if (self == NULL) return;
    (void)sd_event_source_disable_unref(self->limit);
    code_stage_free(self->stage);
    process_free(self->process);
    log_budget_free(self->logs);
    cgroup_remove(&self->group);
    installed_runtime_release(&self->runtime);
    // What cannot be removed now is removed by the next daemon.
    if (self->paths.cluster[0] != '\0') {
        error_ignore(
            workspace_remove_spare(self->machine->data_directory, self->launch.cluster_id, NULL));
        trash_empty(self->machine->trash);
    }
    memory_free(self);
}

// --- the end ---

// *out_found: there is a result.
static bool read_result(const struct program_process *self, struct buffer *out, bool *out_found,
                        struct error *err) {
    AUTO(file_close) int fd = -1;
    AUTO(memory_free) char *piece = memory_alloc(PIECE_BYTES);
    ssize_t got;

    *out_found = file_open_inside(self->paths.cluster, RESULT, &fd, NULL);
    if (!*out_found) return true;
    while ((got = read(fd, piece, PIECE_BYTES)) > 0)
        if (!buffer_append(out, piece, (size_t)got, err)) return false;
    return got == 0 || error_system(err, errno, "read the result of the program");
}

static bool describe_end(const struct program_process *self, struct process_end end,
                         struct error *err) {
    struct end_report report = {.name = "main()",
                                .log_name = "jobmanager",
                                .cluster_directory = self->paths.cluster,
                                .group = &self->group,
                                .memory_limit_bytes = self->limits.memory_bytes};
    char reason[APP_FAILURE_SIZE];

    if (self->is_late)
        return error_set(err, ERROR_INVALID,
                         "main() has submitted no job within %lld s (--program-limit)",
                         (long long)(self->machine->options.program_limit_ms / 1000));
    end_report_describe(&report, end, reason, sizeof reason);
    return error_set(err, ERROR_INVALID, "%s, before it had submitted a job", reason);
}

static void on_end(void *userdata, struct process_end end) {
    struct program_process *self = userdata;
    AUTO(buffer_release) struct buffer result = BUFFER_INIT(PROGRAM_RESULT_MAX_BYTES);
    struct program_report report = {0};
    struct error err;
    bool is_found = false;

    bool is_well = read_result(self, &result, &is_found, &err);
    if (is_well && is_found)
        is_well = program_result_read(buffer_text(&result), result.size_bytes, &report, &err);
    else if (is_well)
        is_well = describe_end(self, end, &err);
    self->done(self->userdata, is_well ? &report : NULL, is_well ? NULL : &err);
    job_graph_free(&report.graph);
}

static int on_limit(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct program_process *self = userdata;
    struct error err;

    (void)source;
    (void)now_us;
    self->is_late = true;
    if (self->process != NULL) {
        process_signal(self->process, SIGKILL); // on_end() follows
        return 0;
    }
    (void)error_set(&err, ERROR_UNAVAILABLE, "the code could not be copied in time");
    self->done(self->userdata, NULL, &err);
    return 0;
}

// --- the start ---

static void put_settings(const struct program_process *self, struct argument_list *out) {
    AUTO(memory_free) char *checkpoints = workspace_uri(self->paths.checkpoints);
    AUTO(json_decref) json_t *settings = job_conf_settings(&self->spec, checkpoints);
    const char *key;
    json_t *value;

    argument_list_add_format(out, "%s/%s", self->paths.cluster, RESULT);
    argument_list_add_format(out, "%s/" WORKSPACE_UPLOAD "/%s", self->paths.cluster, CODE);
    argument_list_add_format(out, "parallelism.default=%d", self->spec.parallelism);
    json_object_foreach(settings, key, value) {
        argument_list_add_format(out, "%s=%s", key, json_string_value(value));
    }
}

static void put_command(const struct program_process *self, int filter_fd,
                        struct argument_list *out) {
    const struct machine *machine = self->machine;
    const struct port_pool *pool = &machine->ports;
    const struct process_fence fence = {
        .sandbox = &machine->options.sandbox,
        .paths = &self->paths,
        .runtime = &self->runtime,
        .java = &machine->options.java,
        .closed_ports = {pool->first, (uint16_t)(pool->last - pool->first + 1)},
        .api_port = machine->api_port,
        .s3_port = machine->s3_port,
        .group = &self->group,
        .limits = &self->limits,
        .filter_fd = filter_fd,
    };

    process_fence_wrap(&fence, out);
    cluster_conf_inspector_command(&self->launch, &self->runtime, &machine->options.java,
                                   &self->paths, machine->mark, out);
    put_settings(self, out);
}

static struct job_surroundings surroundings_of(const struct program_process *self) {
    return (struct job_surroundings){.region = self->launch.region,
                                     .s3_endpoint = self->machine->s3_endpoint,
                                     .ca_bundle = self->machine->options.java.ca_bundle};
}

static bool start(struct program_process *self, struct error *err) {
    const struct machine *machine = self->machine;
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(argument_list_release) struct argument_list environment = {0};
    AUTO(file_close) int filter_fd = -1;
    struct process_spec spec = {
        .output_root = self->paths.cluster, .output = OUTPUT, .done = on_end, .userdata = self};

    if (!sandbox_open_filter(&machine->options.sandbox, &filter_fd, err) ||
        !cgroup_make(&machine->cgroups, self->launch.cluster_id, &self->limits, &self->group, err))
        return false;
    int kept_fds[] = {filter_fd, -1};
    put_command(self, filter_fd, &arguments);
    cluster_conf_environment(&self->runtime, &machine->options.java, &self->paths,
                             sandbox_has_namespaces(machine->options.sandbox.level), machine->mark,
                             &environment);
    const struct job_surroundings surroundings = surroundings_of(self);
    job_environment_add(machine->options.job_environment, &surroundings, &environment);
    spec.arguments = argument_list_items(&arguments);
    spec.environment = argument_list_items(&environment);
    spec.kept_fds = kept_fds;
    return process_start(machine->loop, &spec, &self->process, err);
}

static void on_staged(void *userdata, const struct error *err) {
    struct program_process *self = userdata;
    struct error failure;

    if (err == NULL && start(self, &failure)) {
        code_stage_free(TAKE(self->stage));
        return;
    }
    self->done(self->userdata, NULL, err == NULL ? &failure : err);
}

static bool stage_code(struct program_process *self, struct error *err) {
    const struct code_port *code = &self->machine->options.code;
    struct code_jar jar;
    struct code_stage_spec spec = {.code_path = jar.path,
                                   .code_sha256 = jar.sha256,
                                   .root = self->paths.cluster,
                                   .directory = WORKSPACE_UPLOAD,
                                   .name = CODE};

    return code->ops->find_jar(code->self, self->spec.code_sha256, &jar, err) &&
           code_stage_begin(self->machine->loop, &spec, on_staged, self, &self->stage, err) &&
           (self->stage != NULL || start(self, err));
}

// The state of the application is not shown: main() gets directories of its own for it.
static bool choose_paths(struct program_process *self, struct error *err) {
    const struct machine *machine = self->machine;
    struct workspace_paths *paths = &self->paths;
    char suffix[17];

    random_id_hex(suffix, sizeof suffix - 1);
    (void)text_format(self->launch.cluster_id, sizeof self->launch.cluster_id, "program-%s",
                      suffix);
    return workspace_spare_paths_of(machine->data_directory, self->launch.cluster_id, "", paths,
                                    err) &&
           file_join(paths->checkpoints, FILE_PATH_MAX, err, paths->work, "checkpoints", NULL) &&
           file_join(paths->snapshots, FILE_PATH_MAX, err, paths->work, "snapshots", NULL) &&
           (!sandbox_has_namespaces(machine->options.sandbox.level) ||
            text_copy(paths->temporary, sizeof paths->temporary, "/tmp"));
}

static bool write_files(const struct program_process *self, const char *properties_text,
                        struct error *err) {
    static const struct cluster_ports none = {0};
    char instance[JOB_CONF_INSTANCE_SIZE];

    const struct job_surroundings by_default = surroundings_of(self);
    const struct job_surroundings of_jobs =
        job_environment_of(self->machine->options.job_environment, &by_default);

    job_conf_choose_instance(instance);
    return workspace_make(&self->paths, err) &&
           cluster_conf_write(&self->launch, instance, &none, &self->paths,
                              self->machine->options.silence_limit_ms, &of_jobs, err) &&
           file_write_inside(self->paths.cluster, WORKSPACE_ETC "/" WORKSPACE_PROPERTIES,
                             properties_text, strlen(properties_text), 0644, err);
}

static bool check_runtime(const struct program_process *self, struct error *err) {
    char inspector[FILE_PATH_MAX];
    const char *name = runtime_environment_name(self->spec.runtime);

    if (self->machine->options.java.binary[0] == '\0')
        return error_set(err, ERROR_UNAVAILABLE, "there is no Java 17 to run the program with");
    if (!file_join(inspector, sizeof inspector, err, self->runtime.directory, CATALOG_INSPECTOR,
                   NULL))
        return false;
    return file_exists(inspector) ||
           error_set(err, ERROR_UNAVAILABLE,
                     "runtime %s was installed by an earlier kobel, which cannot inspect programs; "
                     "run `kobel runtime install %s` again",
                     name, name);
}

static bool start_limits(struct program_process *self, struct error *err) {
    uint64_t at_us =
        (uint64_t)clock_monotonic_us() + (uint64_t)self->machine->options.program_limit_ms * 1000;
    int code = sd_event_add_time(self->machine->loop, &self->limit, CLOCK_MONOTONIC, at_us, 0,
                                 on_limit, self);

    if (code < 0) return error_system(err, -code, "limit the time of a program");
    return log_budget_new(self->machine->loop, self->paths.cluster, 0, LOG_BYTES, &self->logs, err);
}

bool program_process_start(struct machine *machine, const struct program_order *order,
                           program_done_fn *done, void *userdata,
                           struct program_process **out_process, struct error *err) {
    AUTO(program_process_free) struct program_process *self = memory_alloc(sizeof *self);

    self->machine = machine;
    self->spec = order->spec;
    self->launch = (struct launch_spec){
        .runtime = order->spec.runtime, .size = order->size, .job = order->spec};
    // For a short run the flags of this profile are right, and its archive of classes.
    self->launch.size.profile = PROFILE_DEV;
    (void)text_copy(self->launch.region, sizeof self->launch.region, order->region);
    (void)text_copy(self->launch.log_level, sizeof self->launch.log_level, order->spec.log_level);
    self->launch.headroom_mb = machine_headroom_mb(machine, &self->launch.size);
    self->limits = process_fence_limits(&self->launch, FLINK_JOBMANAGER);
    self->done = done;
    self->userdata = userdata;
    if (!catalog_find(machine->runtimes_directory, order->spec.runtime, &self->runtime, err) ||
        !check_runtime(self, err) || !choose_paths(self, err) ||
        !write_files(self, order->properties_text, err) || !start_limits(self, err) ||
        !stage_code(self, err))
        return false;
    *out_process = TAKE(self);
    return true;
}
