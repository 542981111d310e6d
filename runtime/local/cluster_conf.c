#include "runtime/local/cluster_conf.h"

#include "base/json.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/flink/program_keys.h"
#include "runtime/host/orphans.h"

#include <inttypes.h>
#include <stdarg.h>

static const size_t PROGRAM_KEYS_MAX_BYTES = 16384;

struct setting {
    const char *key;
    const char *value;
};

// clang-format off
static const struct setting common[] = {
    {"jobmanager.rpc.address",   "127.0.0.1"},
    {"jobmanager.bind-host",     "127.0.0.1"},
    {"taskmanager.host",         "127.0.0.1"},
    {"taskmanager.bind-host",    "127.0.0.1"},
    {"rest.address",             "127.0.0.1"},
    {"rest.bind-address",        "127.0.0.1"},
    {"web.submit.enable",        "true"},
    // The default caches the execution graph for 3 s: every answer about a job would be that late (facts/flink.md 3.1).
    {"web.refresh-interval",     "20"},
    {"metrics.fetcher.update-interval", "1000"},
    // The TaskManager asks again at once while its JobManager still boots.
    {"cluster.registration.initial-timeout",            "100"},
    {"cluster.registration.max-timeout",                "200"},
    {"cluster.registration.error-delay",                "200"},
    {"cluster.registration.refused-registration-delay", "200"},
    // A job with more parallelism than slots fails soon, not after the default of five minutes. On a busy machine
    // a TaskManager needs more than five seconds to offer its slots to a job.
    {"slot.request.timeout",     "15000"},
    // A pidfd reports a process that ended, which ends the whole cluster: heartbeats only find what hangs.
    {"heartbeat.interval",       "500"},
    {"state.backend.local-recovery",    "false"},
};

// Settings of the job from 1.20 on; the older runtimes read them only from the file.
static const struct setting restart_1_19[] = {
    {"restart-strategy.type",    "exponential-delay"},
    {"restart-strategy.exponential-delay.initial-backoff", "100 ms"},
    {"restart-strategy.exponential-delay.max-backoff",     "10 s"},
    // main() may not change what the service sets (facts/service.md 5).
    {"execution.program-config.enabled",   "false"},
};
static const struct setting restart_old[] = {
    {"restart-strategy",         "fixed-delay"},
    {"restart-strategy.fixed-delay.attempts", "2147483647"},
    {"restart-strategy.fixed-delay.delay",    "1 s"},
};

static const char *const module_flags[] = {
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.parser=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.tree=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.util=ALL-UNNAMED",
    "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.text=ALL-UNNAMED",
    "--add-opens=java.base/java.time=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED",
};
// clang-format on

// --- ports ---

uint16_t cluster_ports_count(const struct cluster_size *size) {
    return (uint16_t)(FLINK_PORTS_JOBMANAGER + FLINK_PORTS_TASKMANAGER * size->taskmanagers);
}

struct cluster_ports cluster_ports_from(uint16_t first) {
    return (struct cluster_ports){
        .rest = first,
        .rpc = (uint16_t)(first + 1),
        .blob = (uint16_t)(first + 2),
        .metrics = (uint16_t)(first + 3),
        .taskmanagers = (uint16_t)(first + FLINK_PORTS_JOBMANAGER),
    };
}

// --- the cluster's file ---

static void put(struct buffer *out, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct buffer *out, const char *key, const char *format, ...) {
    char value[FILE_PATH_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)text_format_list(value, sizeof value, format, arguments);
    va_end(arguments);
    (void)buffer_append_format(out, "%s: %s\n", key, value);
}

static void put_all(struct buffer *out, const struct setting *settings, size_t count) {
    for (size_t index = 0; index < count; index++)
        put(out, settings[index].key, "%s", settings[index].value);
}

static void put_program_keys(struct buffer *out, enum runtime_environment runtime) {
    AUTO(buffer_release) struct buffer keys = BUFFER_INIT(PROGRAM_KEYS_MAX_BYTES);

    program_keys_print(runtime, &keys);
    (void)buffer_append_format(out, "execution.program-config.wildcards: %s\n", buffer_text(&keys));
}

// Batch jobs read their shuffles through a part of the framework's memory outside the heap, whose
// rest is for Netty: with Flink's 64 MB of 64 MB, such a job restarts without end. Each result of a
// shuffle by sorting needs 512 buffers, by default, of the network memory.
static void put_batch(struct buffer *out, const struct cluster_size *size) {
    enum { DEFAULT_MB = 64, OTHERS_MB = 56, LEAST_MB = 8 };
    int shuffle_mb = size->taskmanager.framework_off_heap_mb - OTHERS_MB;

    if (shuffle_mb > DEFAULT_MB) shuffle_mb = DEFAULT_MB;
    if (shuffle_mb < LEAST_MB) shuffle_mb = LEAST_MB;
    put(out, "taskmanager.memory.framework.off-heap.batch-shuffle.size", "%dm", shuffle_mb);
    if (size->profile == PROFILE_DEV)
        put(out, "taskmanager.network.sort-shuffle.min-buffers", "64");
}

static void put_memory(struct buffer *out, const struct cluster_size *size) {
    const struct taskmanager_size *task = &size->taskmanager;

    put(out, "taskmanager.cpu.cores", "%.1f", task->cpu_cores);
    put(out, "taskmanager.memory.framework.heap.size", "%dm", task->framework_heap_mb);
    put(out, "taskmanager.memory.task.heap.size", "%dm", task->task_heap_mb);
    put(out, "taskmanager.memory.framework.off-heap.size", "%dm", task->framework_off_heap_mb);
    put(out, "taskmanager.memory.task.off-heap.size", "0m");
    // A TaskManager that is started directly insists on equal bounds.
    put(out, "taskmanager.memory.network.min", "%dm", task->network_mb);
    put(out, "taskmanager.memory.network.max", "%dm", task->network_mb);
    put(out, "taskmanager.memory.managed.size", "%dm", task->managed_mb);
    put(out, "taskmanager.memory.jvm-metaspace.size", "%dm", task->metaspace_mb);
    put(out, "taskmanager.memory.jvm-overhead.min", "%dm", task->overhead_mb);
    put(out, "taskmanager.memory.jvm-overhead.max", "%dm", task->overhead_mb);
    put_batch(out, size);
    put(out, "taskmanager.numberOfTaskSlots", "%d", task->slots);
}

// The runtimes before 1.20 read these only from the file, by older names; the oldest also what
// others get with a submission.
static void put_job(struct buffer *out, const struct launch_spec *spec,
                    const struct workspace_paths *paths) {
    const char *key;
    json_t *value;

    if (runtime_environment_has_job_conf(spec->runtime)) return;
    put(out, "state.backend", "rocksdb");
    put(out, "state.backend.incremental", "true");
    put(out, "state.checkpoints.dir", "file://%s", paths->checkpoints);
    if (runtime_environment_has_run_conf(spec->runtime)) return;
    AUTO(json_decref) json_t *settings = job_conf_settings(&spec->job, "");
    json_object_foreach(settings, key, value)
        put(out, key, "%s", json_string_value(value));
}

void cluster_conf_print(const struct launch_spec *spec, const char *instance,
                        const struct cluster_ports *ports, const struct workspace_paths *paths,
                        int64_t heartbeat_timeout_ms, struct buffer *out) {
    put_all(out, common, COUNT_OF(common));
    put(out, JOB_CONF_INSTANCE, "%s", instance);
    if (runtime_environment_has_program_config(spec->runtime)) {
        put_all(out, restart_1_19, COUNT_OF(restart_1_19));
        put_program_keys(out, spec->runtime);
    } else {
        put_all(out, restart_old, COUNT_OF(restart_old));
    }
    put(out, "heartbeat.timeout", "%" PRId64, heartbeat_timeout_ms);
    put(out, "rest.port", "%u", ports->rest);
    put(out, "rest.bind-port", "%u", ports->rest);
    put(out, "jobmanager.rpc.port", "%u", ports->rpc);
    put(out, "blob.server.port", "%u", ports->blob);
    put(out, "metrics.internal.query-service.port", "%u", ports->metrics);
    put(out, "parallelism.default", "%d", cluster_size_slots(&spec->size));
    put(out, "io.tmp.dirs", "%s", paths->work);
    put(out, "web.tmpdir", "%s", paths->jars);
    put(out, "web.upload.dir", "%s", paths->jars);
    put_memory(out, &spec->size);
    // Beam is not relocated in flink-python: its classes stay loaded from one job to the next.
    if (spec->is_python)
        put(out, "classloader.parent-first-patterns.additional", "org.apache.beam.");
    put_job(out, spec, paths);
}

void cluster_conf_print_s3(const struct job_surroundings *surroundings, struct buffer *out) {
    if (surroundings->region[0] != '\0') put(out, "s3.endpoint.region", "%s", surroundings->region);
    if (surroundings->s3_endpoint[0] == '\0') return;
    put(out, "s3.endpoint", "%s", surroundings->s3_endpoint);
    // Local endpoints have no host name for each bucket; AWS takes both styles.
    put(out, "s3.path.style.access", "true");
}

void cluster_conf_print_log4j(const struct launch_spec *spec, struct buffer *out) {
    (void)buffer_append_format(
        out,
        "rootLogger.level = %s\n"
        "rootLogger.appenderRef.file.ref = file\n"
        // The names that log queries of the service search for, without messages of libraries.
        "logger.shaded.name = org.apache.flink.shaded.netty4.io.netty\n"
        "logger.shaded.level = ERROR\n"
        "logger.pekko.name = org.apache.pekko\n"
        "logger.pekko.level = WARN\n"
        "logger.akka.name = akka\n"
        "logger.akka.level = WARN\n"
        "appender.file.type = File\n"
        "appender.file.name = file\n"
        "appender.file.fileName = ${sys:log.file}\n"
        "appender.file.layout.type = PatternLayout\n"
        "appender.file.layout.pattern = %%d{yyyy-MM-dd HH:mm:ss,SSS} %%-5p %%-60c %%x - %%m%%n\n",
        spec->log_level);
}

// --- command lines ---

void cluster_conf_process_name(enum flink_role role, int index, char *out, size_t size_bytes) {
    if (role == FLINK_JOBMANAGER)
        (void)text_copy(out, size_bytes, "jobmanager");
    else
        (void)text_format(out, size_bytes, "taskmanager-%d", index);
}

// They decide whether a class-data archive fits.
static void add_jvm_flags(enum profile profile, struct argument_list *out) {
    // Both shorten the start and cost speed later (facts/flink.md 3.2): right for short runs on a
    // small machine.
    if (profile == PROFILE_DEV)
        argument_list_add_all(out, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", NULL);
    argument_list_add_all(
        out, "-Xshare:auto", "-XX:+IgnoreUnrecognizedVMOptions",
        // Without memory the process ends, and is replaced, instead of running on in part.
        "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", NULL);
    for (size_t index = 0; index < COUNT_OF(module_flags); index++)
        argument_list_add(out, module_flags[index]);
}

// Heap, metaspace or direct memory may use the headroom: the limit of the whole process has it
// once. A heap begins without it, so that only a program that needs it makes the heap larger.
static void add_memory_flags(enum flink_role role, const struct launch_spec *spec,
                             struct argument_list *out) {
    const struct taskmanager_size *task = &spec->size.taskmanager;
    const struct jobmanager_size *job = &spec->size.jobmanager;
    bool is_jobmanager = role == FLINK_JOBMANAGER;
    int heap_mb = is_jobmanager ? job->heap_mb : task->framework_heap_mb + task->task_heap_mb;
    int metaspace_mb = is_jobmanager ? job->metaspace_mb : task->metaspace_mb;

    if (spec->headroom_mb > 0) argument_list_add_format(out, "-Xms%dm", heap_mb);
    argument_list_add_format(out, "-Xmx%dm", heap_mb + spec->headroom_mb);
    argument_list_add_format(out, "-XX:MaxMetaspaceSize=%dm", metaspace_mb + spec->headroom_mb);
    if (is_jobmanager) return;
    argument_list_add_format(out, "-XX:MaxDirectMemorySize=%dm",
                             task->framework_off_heap_mb + task->network_mb + spec->headroom_mb);
}

static void add_taskmanager_settings(int index, const struct cluster_ports *ports,
                                     struct argument_list *out) {
    static const char *const keys[FLINK_PORTS_TASKMANAGER] = {
        "taskmanager.rpc.port", "taskmanager.data.port", "metrics.internal.query-service.port",
        "taskmanager.collect-sink.port"};
    int first = ports->taskmanagers + FLINK_PORTS_TASKMANAGER * (index - 1);

    // Named as on the service, so that its log queries work (facts/service.md 2).
    argument_list_add(out, "-D");
    argument_list_add_format(out, "taskmanager.resource-id=flink-taskmanager-1-%d", index);
    for (int at = 0; at < FLINK_PORTS_TASKMANAGER; at++) {
        argument_list_add(out, "-D");
        argument_list_add_format(out, "%s=%d", keys[at], first + at);
    }
}

// The binary and all options but the class path.
static void add_java(const struct flink_process *process, const struct launch_spec *spec,
                     const struct installed_runtime *runtime, const struct java *java,
                     const struct workspace_paths *paths, struct argument_list *out) {
    bool is_jobmanager = process->role == FLINK_JOBMANAGER;
    const char *archive =
        is_jobmanager ? runtime->jobmanager_archive : runtime->taskmanager_archive;
    char name[32];

    cluster_conf_process_name(process->role, process->index, name, sizeof name);
    argument_list_add(out, java->binary);
    if (process->mark[0] != '\0')
        argument_list_add_format(out, ORPHANS_PROPERTY "=%s", process->mark);
    add_memory_flags(process->role, spec, out);
    if (spec->size.profile == PROFILE_DEV && archive[0] != '\0')
        argument_list_add_format(
            out, "-XX:%s=%s",
            runtime->makes_archives ? "ArchiveClassesAtExit" : "SharedArchiveFile", archive);
    add_jvm_flags(spec->size.profile, out);
    if (spec->holds_sources)
        argument_list_add_format(out, "-javaagent:%s/" CATALOG_HOLDER, runtime->directory);
    argument_list_add_format(out, "-Dlog.file=%s/%s.log", paths->log, name);
    argument_list_add_format(out, "-Dlog4j.configurationFile=file:%s/log4j.properties",
                             paths->conf);
    argument_list_add_format(out, "-Djava.io.tmpdir=%s", paths->temporary);
    argument_list_add_all(out, "-Duser.home=/tmp", "-Duser.name=flink", NULL);
    if (java->ca_bundle[0] == '\0') return;
    argument_list_add(out, "-Djavax.net.ssl.trustStoreType=JKS");
    argument_list_add_format(out, "-Djavax.net.ssl.trustStore=%s", java->trust_store);
}

// What follows is started by a process that also starts the one from which interpreters are forked.
static void add_python(enum flink_role role, const struct installed_python *python,
                       struct argument_list *out) {
    argument_list_add_all(out, python->interpreter, "-s", NULL);
    argument_list_add_format(out, "%s/" INSTALLED_PYTHON_MODULE, python->directory);
    argument_list_add_all(out, "serve", role == FLINK_JOBMANAGER ? "client" : "worker", NULL);
}

void cluster_conf_command(const struct flink_process *process, const struct launch_spec *spec,
                          const struct installed_runtime *runtime, const struct java *java,
                          const struct workspace_paths *paths, const struct cluster_ports *ports,
                          struct argument_list *out) {
    bool is_jobmanager = process->role == FLINK_JOBMANAGER;

    if (spec->is_python) add_python(process->role, &runtime->python, out);
    add_java(process, spec, runtime, java, paths, out);
    argument_list_add(out, "-classpath");
    // In the class path of the processes, so that its classes stay loaded, too.
    argument_list_add_format(out, "%s%s%s", runtime->class_path, spec->is_python ? ":" : "",
                             spec->is_python ? runtime->python.jar : "");
    argument_list_add(out,
                      is_jobmanager
                          ? "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
                          : "org.apache.flink.runtime.taskexecutor.TaskManagerRunner");
    argument_list_add_all(out, "--configDir", paths->conf, NULL);
    if (is_jobmanager) return;
    add_taskmanager_settings(process->index, ports, out);
}

// Its classes come last: an archive of classes fits a class path that begins as the archive's.
void cluster_conf_inspector_command(const struct launch_spec *spec,
                                    const struct installed_runtime *runtime,
                                    const struct java *java, const struct workspace_paths *paths,
                                    const char *mark, struct argument_list *out) {
    const struct flink_process process = {.role = FLINK_JOBMANAGER, .mark = mark};

    add_java(&process, spec, runtime, java, paths, out);
    argument_list_add(out, "-classpath");
    argument_list_add_format(out, "%s:%s/" CATALOG_INSPECTOR, runtime->class_path,
                             runtime->directory);
    argument_list_add(out, "kobel.Inspector");
}

void cluster_conf_environment(const struct installed_runtime *runtime, const struct java *java,
                              const struct workspace_paths *paths, bool has_namespaces,
                              const char *mark, struct argument_list *out) {
    argument_list_add_all(
        out, "PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8",
        // RocksDB allocates from many threads; one arena keeps glibc from hoarding.
        "MALLOC_ARENA_MAX=1", "AWS_EC2_METADATA_DISABLED=true", NULL);
    argument_list_add_format(out, "FLINK_CONF_DIR=%s", paths->conf);
    argument_list_add_format(out, "FLINK_LIB_DIR=%s/lib", runtime->directory);
    argument_list_add_format(out, "FLINK_PLUGINS_DIR=%s/plugins", runtime->directory);
    argument_list_add_format(out, "FLINK_OPT_DIR=%s/opt", runtime->directory);
    argument_list_add_format(out, "TMPDIR=%s", paths->temporary);
    // The place that it has on the service, where a sandbox can mount it there.
    argument_list_add_format(out, "KOBEL_APPLICATION_PROPERTIES=%s/" WORKSPACE_PROPERTIES,
                             has_namespaces ? "/etc/flink" : paths->etc);
    if (!has_namespaces) argument_list_add_format(out, "KOBEL_TRUST_STORE=%s", java->trust_store);
    if (runtime->python.directory[0] != '\0') {
        argument_list_add_format(out, "KOBEL_LOG=%s", paths->log);
        // Otherwise Flink starts an interpreter to ask for it.
        argument_list_add_format(out,
                                 "PYFLINK_UDF_RUNNER_DIR=%s/" INSTALLED_PYTHON_SITE "/pyflink/bin",
                                 runtime->python.directory);
    }
    if (mark[0] != '\0') argument_list_add_format(out, ORPHANS_VARIABLE "=%s", mark);
}
