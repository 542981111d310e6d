// What the processes of a cluster are started with.
#include "runtime/local/cluster_conf.h"

#include "base/text.h"
#include "runtime/host/orphans.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static bool has(struct argument_list *list, const char *text) {
    for (const char *const *item = argument_list_items(list); *item != NULL; item++)
        if (text_equal(*item, text)) return true;
    return false;
}

Test(cluster_conf, has_nothing_of_an_application_in_the_file_of_a_cluster) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    struct workspace_paths paths = {
        .checkpoints = "/data/apps/secret/checkpoints", .work = "/w", .jars = "/j"};
    struct cluster_ports ports = cluster_ports_from(1234);
    struct launch_spec spec = {.app_id = "secret",
                               .runtime = RUNTIME_FLINK_1_20,
                               .size = {.taskmanagers = 2, .taskmanager = {.slots = 4}}};

    cluster_conf_print(&spec, "id-1", &ports, &paths, 30000, &text);
    cr_assert(strstr(buffer_text(&text), "secret") == NULL);
    cr_assert(strstr(buffer_text(&text), "rest.bind-port: 1234\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "heartbeat.timeout: 30000\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "kobel.instance: id-1\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "parallelism.default: 8\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "execution.program-config.enabled: false\n") != NULL);
}

Test(cluster_conf, has_the_settings_of_its_job_where_a_submission_carries_none) {
    static const char interval[] = "execution.checkpointing.interval: 1 min\n";
    static const char pause[] = "execution.checkpointing.min-pause: 5 s\n";
    struct workspace_paths paths = {.checkpoints = "/c", .work = "/w", .jars = "/j"};
    struct cluster_ports ports = cluster_ports_from(1234);
    struct launch_spec spec = {.size = {.taskmanagers = 1, .taskmanager = {.slots = 1}}};

    for (int runtime = RUNTIME_FLINK_1_15; runtime < RUNTIME_COUNT; runtime++) {
        AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
        bool is_oldest = runtime == RUNTIME_FLINK_1_15;
        if (!runtime_environment_can_run((enum runtime_environment)runtime)) continue;
        spec.runtime = (enum runtime_environment)runtime;
        spec.job = (struct job_spec){.runtime = spec.runtime,
                                     .checkpointing_enabled = true,
                                     .checkpoint_interval_ms = 60000,
                                     .min_pause_ms = 5000};
        cluster_conf_print(&spec, "id-1", &ports, &paths, 30000, &text);
        cr_assert(eq(int, strstr(buffer_text(&text), interval) != NULL, is_oldest));
        cr_assert(eq(int, strstr(buffer_text(&text), pause) != NULL, is_oldest));
    }
}

Test(cluster_conf, the_s3_file_system_has_region_and_endpoint_and_no_keys) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(4096);
    static const struct job_surroundings none = {"", "", ""};
    static const struct job_surroundings some = {"eu-west-1", "http://127.0.0.1:9000", ""};

    cluster_conf_print_s3(&none, &text);
    cr_assert(eq(str, (char *)buffer_text(&text), ""));
    cluster_conf_print_s3(&some, &text);
    cr_assert(eq(str, (char *)buffer_text(&text),
                 "s3.endpoint.region: eu-west-1\ns3.endpoint: http://127.0.0.1:9000\n"
                 "s3.path.style.access: true\n"));
}

Test(cluster_conf, names_the_properties_where_the_program_sees_them) {
    AUTO(argument_list_release) struct argument_list with = {0};
    AUTO(argument_list_release) struct argument_list without = {0};
    const struct installed_runtime runtime = {.directory = "/runtimes/FLINK-1_20"};
    const struct workspace_paths paths = {.etc = "/data/etc", .temporary = "/tmp"};
    const struct java java = {.home = "/jdk", .trust_store = "/jdk/lib/security/cacerts"};

    cluster_conf_environment(&runtime, &java, &paths, true, "m1", &with);
    cr_assert(has(&with, "KOBEL_APPLICATION_PROPERTIES=/etc/flink/application_properties.json"));
    cr_assert(has(&with, "FLINK_LIB_DIR=/runtimes/FLINK-1_20/lib"));
    cr_assert(has(&with, ORPHANS_VARIABLE "=m1"));
    cluster_conf_environment(&runtime, &java, &paths, false, "", &without);
    cr_assert(has(&without, "KOBEL_APPLICATION_PROPERTIES=/data/etc/application_properties.json"));
    cr_assert(not(has(&without, ORPHANS_VARIABLE "=")));
    cr_assert(has(&without, "KOBEL_TRUST_STORE=/jdk/lib/security/cacerts"));
}

Test(cluster_conf, an_inspector_has_the_class_path_of_the_archive_and_the_memory_of_a_jobmanager) {
    AUTO(argument_list_release) struct argument_list command = {0};
    const struct installed_runtime runtime = {.directory = "/runtimes/FLINK-1_20",
                                              .class_path = "/a.jar:/flink-dist.jar",
                                              .jobmanager_archive = "/j.jsa"};
    const struct launch_spec spec = {.size = {.jobmanager = {.heap_mb = 321}}};
    const struct workspace_paths paths = {.temporary = "/tmp"};
    const struct java java = {.binary = "/bin/java"};

    cluster_conf_inspector_command(&spec, &runtime, &java, &paths, "m1", &command);
    cr_assert(has(&command, "-Xmx321m"));
    cr_assert(has(&command, "-XX:SharedArchiveFile=/j.jsa"));
    cr_assert(has(&command, "/a.jar:/flink-dist.jar:/runtimes/FLINK-1_20/inspector.jar"));
    cr_assert(has(&command, ORPHANS_PROPERTY "=m1"));
    cr_assert(eq(str, command.items[command.count - 1], "kobel.Inspector"));
}

Test(cluster_conf, a_jvm_trusts_a_bundle_where_there_is_one) {
    static const char option[] = "-Djavax.net.ssl.trustStore=/data/trust/cacerts";
    const struct installed_runtime runtime = {.directory = "/runtimes/FLINK-1_20"};
    const struct launch_spec spec = {.log_level = "INFO"};
    const struct workspace_paths paths = {.temporary = "/tmp"};
    struct java java = {.binary = "/bin/java", .trust_store = "/data/trust/cacerts"};
    AUTO(argument_list_release) struct argument_list without = {0};
    AUTO(argument_list_release) struct argument_list with = {0};

    cluster_conf_inspector_command(&spec, &runtime, &java, &paths, "", &without);
    cr_assert(not(has(&without, option)));
    (void)text_copy(java.ca_bundle, sizeof java.ca_bundle, "/data/trust/ca-bundle.pem");
    cluster_conf_inspector_command(&spec, &runtime, &java, &paths, "", &with);
    cr_assert(has(&with, option));
}

// The command of a process of a cluster with or without held sources.
static void command_of(enum flink_role role, bool holds_sources, struct argument_list *out) {
    const struct installed_runtime runtime = {.directory = "/runtimes/FLINK-1_20",
                                              .class_path = "/flink-dist.jar"};
    const struct launch_spec spec = {.holds_sources = holds_sources};
    const struct workspace_paths paths = {.temporary = "/tmp"};
    const struct cluster_ports ports = cluster_ports_from(1234);
    const struct flink_process process = {role, role == FLINK_JOBMANAGER ? 0 : 1, ""};
    const struct java java = {.binary = "/bin/java"};

    cluster_conf_command(&process, &spec, &runtime, &java, &paths, &ports, out);
}

Test(cluster_conf, both_processes_have_the_agent_where_sources_are_held_and_nowhere_else) {
    static const char agent[] = "-javaagent:/runtimes/FLINK-1_20/holder-1.jar";

    for (int role = FLINK_JOBMANAGER; role <= FLINK_TASKMANAGER; role++) {
        AUTO(argument_list_release) struct argument_list held = {0};
        AUTO(argument_list_release) struct argument_list ordinary = {0};
        command_of((enum flink_role)role, true, &held);
        command_of((enum flink_role)role, false, &ordinary);
        cr_assert(has(&held, agent));
        cr_assert(not(has(&ordinary, agent)));
        cr_assert(eq(sz, held.count, ordinary.count + 1));
    }
}

// It is a limit, not memory that a heap begins with.
Test(cluster_conf, the_headroom_is_in_the_limits_of_heap_metaspace_and_direct_memory) {
    AUTO(argument_list_release) struct argument_list command = {0};
    const struct installed_runtime runtime = {.directory = "/r", .class_path = "/a.jar"};
    const struct launch_spec spec = {.headroom_mb = 400,
                                     .size = {.taskmanager = {.framework_heap_mb = 10,
                                                              .task_heap_mb = 20,
                                                              .framework_off_heap_mb = 3,
                                                              .network_mb = 4,
                                                              .metaspace_mb = 50}}};
    const struct workspace_paths paths = {.temporary = "/tmp"};
    const struct cluster_ports ports = cluster_ports_from(1234);
    const struct flink_process process = {FLINK_TASKMANAGER, 1, ""};
    const struct java java = {.binary = "/bin/java"};

    cluster_conf_command(&process, &spec, &runtime, &java, &paths, &ports, &command);
    cr_assert(has(&command, "-Xms30m"));
    cr_assert(has(&command, "-Xmx430m"));
    cr_assert(has(&command, "-XX:MaxDirectMemorySize=407m"));
    cr_assert(has(&command, "-XX:MaxMetaspaceSize=450m"));
}
