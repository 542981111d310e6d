// Looking into a cluster: measurements, Flink's plan of the job, pages of its dashboard.
#include "base/memory.h"
#include "runtime/local/flink_cluster_parts.h"

static const int64_t PAGE_TIMEOUT_MS = 30000;

// --- measurements ---

static bool read_process(void *userdata, int index, struct cluster_process_usage *out_usage) {
    const struct cluster *cluster = userdata;

    return cluster_usage_read(cluster->usage, index, out_usage);
}

static void on_measured(void *userdata) {
    flink_cluster_changed(userdata);
}

void flink_look_measure(void *self, const char *cluster_id) {
    struct error ignored;
    struct cluster *cluster = flink_cluster_find_ready(self, cluster_id, &ignored);

    if (cluster == NULL) return;
    if (cluster->meter == NULL) {
        cluster->usage = cluster_usage_new(cluster->processes);
        struct cluster_meter_options options = {
            .client = cluster_watch_client(cluster->watch),
            .process_count = cluster_processes_count(cluster->processes),
            .size = &cluster->spec.size,
            .lag = cluster->lag,
            .on_done = on_measured,
            .read_process = read_process,
            .userdata = cluster,
        };
        cluster->meter = cluster_meter_new(&options);
    }
    cluster_meter_begin(cluster->meter, cluster_watch_view(cluster->watch)->job_id);
}

void flink_look_forget(struct cluster *cluster) {
    cluster_meter_free(TAKE(cluster->meter));
    cluster_usage_free(TAKE(cluster->usage));
    kafka_lag_free(TAKE(cluster->lag));
}

const struct job_measurement *flink_look_measured(void *self, const char *cluster_id) {
    const struct cluster *cluster = flink_cluster_find(self, cluster_id);

    if (cluster == NULL || cluster->meter == NULL) return NULL;
    const struct job_measurement *result = cluster_meter_result(cluster->meter);
    return result->number == 0 ? NULL : result;
}

char *flink_look_job_plan(void *self, const char *cluster_id) {
    struct error ignored;
    // Before it is READY, the job that is seen on it may be the primer's.
    const struct cluster *cluster = flink_cluster_find_ready(self, cluster_id, &ignored);

    return cluster == NULL ? NULL : cluster_watch_plan(cluster->watch);
}

// --- the dashboard ---

struct insight_fetch {
    struct http_request *request;
    insight_page_fn *done;
    void *userdata;
};

static void on_page(void *userdata, const struct http_reply *reply, const struct error *err) {
    AUTO(memory_free) struct insight_fetch *fetch = userdata;
    struct insight_page page = {0};

    if (reply != NULL)
        page = (struct insight_page){reply->status, reply->content_type, reply->body,
                                     reply->size_bytes};
    fetch->done(fetch->userdata, reply == NULL ? NULL : &page, err);
}

struct insight_fetch *flink_look_fetch(void *self, const char *cluster_id, const char *path,
                                       insight_page_fn *done, void *userdata) {
    struct flink_clusters *owner = self;
    struct error ignored;
    const struct cluster *cluster = flink_cluster_find_ready(owner, cluster_id, &ignored);

    if (cluster == NULL) return NULL;
    AUTO(memory_free)
    char *url = memory_format("%s%s", cluster_processes_rest_url(cluster->processes), path);
    struct insight_fetch *one = memory_alloc(sizeof *one);
    struct http_call call = {.method = "GET",
                             .url = url,
                             .timeout_ms = PAGE_TIMEOUT_MS,
                             .done = on_page,
                             .userdata = one};
    one->done = done;
    one->userdata = userdata;
    one->request = http_client_send(owner->http, &call);
    return one;
}

void flink_look_cancel_fetch(void *self, struct insight_fetch *fetch) {
    (void)self;
    http_request_cancel(fetch->request);
    memory_free(fetch);
}
