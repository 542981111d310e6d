// The suite of the cluster port on real Flink. Wants an installed runtime (KOBEL_TEST_RUNTIMES) and
// two jars (KOBEL_TEST_JAR, KOBEL_TEST_BROKEN_JAR); scripts/test.sh e2e provides them. Fails
// without.
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "contract/cluster_suite.h"
#include "runtime/flink_cluster.h"
#include "runtime/port_pool.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static struct error err;

static bool pass(void *self) {
    return sd_event_run(self, 600000000) > 0;
}

static const char *wanted(const char *variable) {
    const char *value = getenv(variable);

    cr_assert(value != NULL && value[0] != 0, "%s is not set: run this through scripts/test.sh e2e",
              variable);
    return value;
}

static void put_code(const char *data, const char *jar, char *out_sha256) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT((size_t)64 << 20);
    char path[FILE_PATH_MAX];

    cr_assert(file_read(jar, &bytes, &err), "%s", err.message);
    digest_sha256_hex(bytes.data, bytes.size_bytes, out_sha256);
    cr_assert(file_join(path, sizeof path, &err, data, "code", NULL));
    cr_assert(file_make_directories(path, 0700, &err));
    cr_assert(file_join(path, sizeof path, &err, data, "code", out_sha256, NULL));
    cr_assert(file_write_atomically(path, bytes.data, bytes.size_bytes, 0600, &err));
}

Test(cluster, real_flink_keeps_the_promises_of_the_port) {
    char data[] = "/tmp/kobel-contract-XXXXXX";
    struct flink_clusters_options options = {.data_directory = data,
                                             .mark = "",
                                             .first_port = PORT_POOL_FIRST,
                                             .last_port = PORT_POOL_LAST,
                                             .runtimes_directory = wanted("KOBEL_TEST_RUNTIMES")};
    struct flink_clusters *clusters = NULL;
    struct cluster_suite suite = {.pass = pass};
    sd_event *loop = NULL;

    cr_assert(mkdtemp(data) != NULL);
    cr_assert(ge(int, sd_event_new(&loop), 0));
    cr_assert(java_find(&options.java, &err), "%s", err.message);
    (void)setenv("KOBEL_LAUNCHER", LAUNCHER, 1);
    cr_assert(sandbox_choose("auto", NULL, &options.sandbox, NULL, &err), "%s", err.message);
    cr_assert(flink_clusters_new(loop, &options, &clusters, &err), "%s", err.message);
    suite.clusters = flink_clusters_port(clusters);
    suite.insight = flink_clusters_insight(clusters);
    suite.capacity = flink_clusters_capacity(clusters);
    suite.state_files = flink_clusters_state_files(clusters);
    suite.self = loop;
    put_code(data, wanted("KOBEL_TEST_JAR"), suite.code_sha256);
    put_code(data, wanted("KOBEL_TEST_BROKEN_JAR"), suite.broken_sha256);
    cluster_suite_run(&suite);
    flink_clusters_free(clusters);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(data, &err), "%s", err.message);
}
