#include "fakes/fake_cluster.h"

#include "contract/cluster_suite.h"

#include <criterion/criterion.h>

static bool pass(void *self) {
    // A running fake job completes a checkpoint with every tick, so that something always changes.
    return fake_clusters_tick(self);
}

Test(cluster, the_fake_keeps_the_contract_of_the_port) {
    AUTO(fake_clusters_free) struct fake_clusters *clusters = fake_clusters_new(NULL, NULL);
    struct cluster_suite suite = {.clusters = fake_clusters_port(clusters),
                                  .insight = fake_clusters_insight(clusters),
                                  .capacity = fake_clusters_capacity(clusters),
                                  .state_files = fake_clusters_state_files(clusters),
                                  .pass = pass,
                                  .self = clusters,
                                  .broken_sha256 = "broken"};

    fake_clusters_reject_code(clusters, "broken");
    cluster_suite_run(&suite);
}
