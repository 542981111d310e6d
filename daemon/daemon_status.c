// What only the daemon knows, for the status and for /readyz.
#include "base/json.h"
#include "base/memory.h"
#include "daemon/daemon_parts.h"
#include "model/cluster_size.h"
#include "runtime/fence/sandbox_holds.h"
#include "runtime/installed/catalog.h"

static void add_sandbox(const struct daemon *self, json_t *status) {
    json_t *holds = json_new_object();

    json_put_text(status, "sandbox", sandbox_level_name(self->sandbox.level));
    json_put_text(status, "networkFence", sandbox_closes_ports(&self->sandbox) ? "ports" : "none");
    for (size_t index = 0; index < sandbox_thing_count(); index++)
        json_put_bool(holds, sandbox_thing_at(index).id, sandbox_holds(&self->sandbox, index));
    json_put(status, "sandboxHoldsBack", holds);
}

void daemon_add_status(void *userdata, json_t *status) {
    struct daemon *self = userdata;
    json_t *runtimes = NULL;
    char limits[64];
    char retention[96];

    json_put_text(status, "dataDirectory", self->data.path);
    AUTO(memory_free) char *endpoint = memory_format("http://127.0.0.1:%u", self->s3_port);
    json_put_text(status, "s3EndpointForJobs", endpoint);
    if (self->code_objects[0] != '\0') json_put_text(status, "codeObjects", self->code_objects);
    json_put_text(status, "profile", profile_name(self->options->profile));
    add_sandbox(self, status);
    if (self->has_java) json_put_text(status, "java", self->java.home);
    if (catalog_list(self->options->runtimes, &runtimes, NULL))
        json_put(status, "runtimes", runtimes);
    local_clusters_limits(self->clusters, limits, sizeof limits);
    json_put_text(status, "limits", limits);
    retention_policy_print(&self->options->retention, retention, sizeof retention);
    json_put_text(status, "snapshotRetention", retention);
    json_put_bool(status, "canHoldSources", true); // by the tag kobel:hold-sources
    json_put(status, "clusters", local_clusters_status(self->clusters));
}

bool daemon_is_ready(void *userdata, struct error *err) {
    struct daemon *self = userdata;
    AUTO(json_decref) json_t *runtimes = NULL;

    if (!java_find(&self->java, err)) return false;
    if (!catalog_list(self->options->runtimes, &runtimes, err)) return false;
    return json_array_size(runtimes) > 0 ||
           error_set(err, ERROR_UNAVAILABLE,
                     "no Flink runtime is installed: kobel runtime install FLINK-1_20");
}
