// The contract of the cluster port on real Flink. Needs an installed runtime (KOBEL_TEST_RUNTIMES)
// and two jars (KOBEL_TEST_JAR, KOBEL_TEST_BROKEN_JAR), and fails without them; scripts/test.sh e2e
// provides them.
#include "base/file.h"
#include "base/text.h"
#include "contract/cluster_suite.h"
#include "runtime/code/file_code_store.h"
#include "runtime/host/port_pool.h"
#include "runtime/local/clusters.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

enum { LIMIT_BYTES = 64 << 20 };

static struct error err;

static bool pass(void *self) {
    return sd_event_run(self, 600000000) > 0;
}

static const char *required(const char *variable) {
    const char *value = getenv(variable);

    cr_assert(value != NULL && value[0] != 0, "%s is not set: run this through scripts/test.sh e2e",
              variable);
    return value;
}

static void on_imported(void *userdata, const struct code_artifact *artifact,
                        const struct error *reason) {
    cr_assert(reason == NULL, "%s", reason == NULL ? "" : reason->message);
    (void)text_copy(userdata, DIGEST_SHA256_HEX_SIZE, artifact->sha256);
}

static struct file_code_store *open_code(sd_event *loop, const char *data) {
    char code[FILE_PATH_MAX];
    char s3[FILE_PATH_MAX];
    struct file_code_store_options options = {
        .code_directory = code, .s3_directory = s3, .limit_bytes = LIMIT_BYTES};
    struct file_code_store *store = NULL;

    cr_assert(file_join(code, sizeof code, &err, data, "code", NULL));
    cr_assert(file_join(s3, sizeof s3, &err, data, "s3", NULL));
    cr_assert(file_code_store_new(loop, &options, &store, &err), "%s", err.message);
    return store;
}

static void put_code(sd_event *loop, struct file_code_store *store, const char *jar,
                     char *out_sha256) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT((size_t)LIMIT_BYTES);
    struct code_port port = file_code_store_port(store);

    cr_assert(file_read(jar, &bytes, &err), "%s", err.message);
    struct code_source source = {.kind = CODE_SOURCE_BYTES, .bytes = &bytes};
    out_sha256[0] = '\0';
    port.ops->import(port.self, &source, on_imported, out_sha256);
    while (out_sha256[0] == '\0')
        cr_assert(gt(int, sd_event_run(loop, 600000000), 0));
}

Test(cluster, real_flink_keeps_the_contract_of_the_port) {
    char data[] = "/tmp/kobel-contract-XXXXXX";
    struct local_options options = {.data_directory = data,
                                    .mark = "",
                                    .first_port = PORT_POOL_FIRST,
                                    .last_port = PORT_POOL_LAST,
                                    .runtimes_directory = required("KOBEL_TEST_RUNTIMES")};
    struct local_clusters *clusters = NULL;
    struct cluster_suite suite = {.pass = pass};
    sd_event *loop = NULL;

    cr_assert(mkdtemp(data) != NULL);
    cr_assert(ge(int, sd_event_new(&loop), 0));
    cr_assert(java_find(&options.java, &err), "%s", err.message);
    (void)setenv("KOBEL_LAUNCHER", LAUNCHER, 1);
    cr_assert(sandbox_choose("auto", NULL, &options.sandbox, NULL, &err), "%s", err.message);
    struct file_code_store *code = open_code(loop, data);
    options.code = file_code_store_port(code);
    cr_assert(local_clusters_new(loop, &options, &clusters, &err), "%s", err.message);
    suite.clusters = local_clusters_port(clusters);
    suite.insight = local_clusters_insight(clusters);
    suite.capacity = local_clusters_capacity(clusters);
    suite.state_files = local_clusters_state_files(clusters);
    suite.self = loop;
    put_code(loop, code, required("KOBEL_TEST_JAR"), suite.code_sha256);
    put_code(loop, code, required("KOBEL_TEST_BROKEN_JAR"), suite.broken_sha256);
    cluster_suite_run(&suite);
    local_clusters_free(clusters);
    file_code_store_free(code);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(data, &err), "%s", err.message);
}
