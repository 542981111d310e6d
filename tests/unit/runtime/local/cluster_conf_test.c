// What the processes of a cluster are started with.
#include "runtime/local/cluster_conf.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(cluster_conf, says_nothing_of_an_application_in_a_clusters_own_file) {
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
