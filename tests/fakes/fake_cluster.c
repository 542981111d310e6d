#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_cluster_parts.h"

#include <string.h>

struct fake_clusters *fake_clusters_new(cluster_change_fn *on_change, void *userdata) {
    struct fake_clusters *self = memory_alloc(sizeof *self);

    self->on_change = on_change;
    self->userdata = userdata;
    return self;
}

void fake_clusters_free(struct fake_clusters *self) {
    memory_free(self);
}

struct fake *fake_clusters_find(struct fake_clusters *self, const char *cluster_id) {
    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        if (self->fakes[index].is_used &&
            text_equal(self->fakes[index].spec.cluster_id, cluster_id))
            return &self->fakes[index];
    return NULL;
}

bool fake_clusters_count_call(struct fake_clusters *self, struct error *err) {
    self->calls++;
    if (self->is_dead != NULL && self->calls == self->deadly_call) *self->is_dead = true;
    if (self->is_dead != NULL && *self->is_dead)
        return error_set(err, ERROR_SYSTEM, "the daemon died at call %d", self->calls);
    if (self->calls != self->failing_call) return true;
    return error_set(err, ERROR_SYSTEM, "call %d was made to fail", self->calls);
}

static bool admits(void *userdata, const struct launch_spec *spec) {
    const struct fake_clusters *self = userdata;

    (void)spec;
    return self->boots_max == 0 || fake_clusters_booting(self) < self->boots_max;
}

static bool launch(void *userdata, const struct launch_spec *spec, struct error *err) {
    struct fake_clusters *self = userdata;

    if (!fake_clusters_count_call(self, err)) return false;
    if (self->launch_failure != NULL)
        return error_set(err, ERROR_UNAVAILABLE, "%s", self->launch_failure);
    if (fake_clusters_find(self, spec->cluster_id) != NULL)
        return error_set(err, ERROR_EXISTS, "there already");
    for (size_t index = 0; index < CLUSTERS_MAX; index++) {
        struct fake *fake = &self->fakes[index];
        if (fake->is_used) continue;
        *fake = (struct fake){.spec = *spec, .is_used = true};
        fake->view.health = CLUSTER_BOOTING;
        fake->view.holds_sources = spec->holds_sources;
        self->primed += spec->primes;
        return true;
    }
    return error_set(err, ERROR_LIMIT, "too many clusters for the fake");
}

static bool submit(void *userdata, const char *cluster_id, const struct submission *job,
                   struct error *err) {
    struct fake_clusters *self = userdata;
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (!fake_clusters_count_call(self, err)) return false;
    if (fake == NULL || fake->view.health != CLUSTER_READY)
        return error_set(err, ERROR_UNAVAILABLE, "not ready");
    if (self->lost_code != NULL) return error_set(err, ERROR_NOT_FOUND, "%s", self->lost_code);
    if (self->submission_failure != NULL)
        return error_set(err, ERROR_SYSTEM, "%s", self->submission_failure);
    if (text_equal(fake->view.job_id, job->job_id)) return true;
    (void)text_copy(fake->view.job_id, sizeof fake->view.job_id, job->job_id);
    (void)text_copy(fake->restored_from, sizeof fake->restored_from, job->restore_path);
    fake->view.job = JOB_SUBMITTING;
    fake->is_broken =
        self->rejected_code[0] != '\0' && text_equal(self->rejected_code, job->spec.code_sha256);
    fake->view.tasks_total = fake->view.tasks_running = 0;
    fake->view.last_checkpoint[0] = '\0';
    fake->view.savepoint = (struct savepoint_view){0};
    return true;
}

static bool savepoint(void *userdata, const char *cluster_id,
                      const struct savepoint_request *request, struct error *err) {
    struct fake_clusters *self = userdata;
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (!fake_clusters_count_call(self, err)) return false;
    if (fake == NULL || fake->view.health != CLUSTER_READY)
        return error_set(err, ERROR_UNAVAILABLE, "not ready");
    if (self->request_failure != NULL)
        return error_set(err, ERROR_SYSTEM, "%s", self->request_failure);
    if (text_equal(fake->view.savepoint.trigger_id, request->trigger_id)) return true;
    if (fake->view.savepoint.state == SAVEPOINT_IN_PROGRESS && fake->stops_job) {
        // The job is being stopped already, which continues.
        fake_clusters_end_savepoint(self, fake);
        fake->view.savepoint = (struct savepoint_view){.state = SAVEPOINT_FAILED};
        (void)text_copy(fake->view.savepoint.failure, APP_FAILURE_SIZE, "the job is being stopped");
        (void)text_copy(fake->view.savepoint.trigger_id, APP_JOB_ID_SIZE, request->trigger_id);
        return true;
    }
    fake->view.savepoint = (struct savepoint_view){.state = SAVEPOINT_IN_PROGRESS};
    (void)text_copy(fake->view.savepoint.trigger_id, APP_JOB_ID_SIZE, request->trigger_id);
    (void)text_copy(fake->snapshot_name, sizeof fake->snapshot_name, request->snapshot_name);
    fake->stops_job = request->stops_job;
    return true;
}

static void retire(void *userdata, const char *cluster_id) {
    struct fake *fake = fake_clusters_find(userdata, cluster_id);

    if (fake != NULL) fake->is_used = false;
}

static void view(void *userdata, const char *cluster_id, struct cluster_view *out_view) {
    const struct fake *fake = fake_clusters_find(userdata, cluster_id);

    *out_view = (struct cluster_view){.health = CLUSTER_ABSENT};
    if (fake != NULL) *out_view = fake->view;
}

// Every cluster uses as much as is measured.
static int64_t counted_bytes(const struct fake_clusters *self, const struct fake *fake) {
    double used = self->load.memory_bytes;

    return cluster_size_counted_bytes(&fake->spec.size, used > 0 ? (int64_t)used : -1);
}

static int64_t memory_used_bytes(void *userdata) {
    const struct fake_clusters *self = userdata;
    int64_t bytes = 0;

    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        if (self->fakes[index].is_used) bytes += counted_bytes(self, &self->fakes[index]);
    return bytes;
}

static int64_t memory_of_bytes(void *userdata, const char *cluster_id) {
    const struct fake *fake = fake_clusters_find(userdata, cluster_id);

    return fake == NULL ? 0 : counted_bytes(userdata, fake);
}

static bool inject(void *self, const char *cluster_id, enum insight_fault fault,
                   struct error *err) {
    struct fake_clusters *clusters = self;

    if (fake_clusters_find(clusters, cluster_id) == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no cluster '%s'", cluster_id);
    if (fault == INSIGHT_FAULT_FAIL_SAVEPOINT)
        clusters->savepoints_to_fail++;
    else
        fake_clusters_lose(clusters, cluster_id);
    return true;
}

static const char *log_of(const struct fake_clusters *clusters, int64_t *out_size_bytes) {
    *out_size_bytes = (int64_t)(clusters->has_log ? clusters->log_bytes : strlen(FAKE_LOG));
    return clusters->has_log ? clusters->log : FAKE_LOG;
}

static bool list_logs(void *self, const char *app_id, insight_log_fn *visit, void *userdata,
                      struct error *err) {
    struct insight_log log = {.number = 1, .file = "taskmanager-1.out"};

    (void)err;
    (void)text_format(log.cluster_id, sizeof log.cluster_id, "%s-1", app_id);
    (void)log_of(self, &log.size_bytes);
    visit(userdata, &log);
    return true;
}

static bool read_log(void *self, const char *app_id, const char *cluster_id, const char *file,
                     int64_t from, struct insight_log_page *out_page, struct error *err) {
    int64_t size_bytes;
    const char *log = log_of(self, &size_bytes);

    (void)app_id;
    (void)cluster_id;
    if (!text_equal(file, "taskmanager-1.out")) return error_set(err, ERROR_NOT_FOUND, "no log");
    bool is_new = from < 0 || from > size_bytes;
    if (is_new) from = 0;
    out_page->place = is_new ? GROWING_FILE_NEW : GROWING_FILE_NEXT;
    out_page->from = from;
    out_page->next = out_page->size_file_bytes = size_bytes;
    out_page->size_bytes = (size_t)(size_bytes - from);
    memcpy(out_page->bytes, log + from, out_page->size_bytes);
    return true;
}

static void keep_spare(void *self, const struct launch_spec *spec) {
    struct fake_clusters *clusters = self;

    (void)spec;
    clusters->spares_asked++;
}

static void hold_runtimes(void *self, uint32_t runtimes) {
    struct fake_clusters *clusters = self;

    clusters->held_runtimes = runtimes;
}

// The result is there at once.
static void measure(void *self, const char *cluster_id) {
    struct fake_clusters *clusters = self;
    const struct fake *cluster = fake_clusters_find(clusters, cluster_id);

    if (cluster == NULL || clusters->load.vertex_count == 0) return;
    clusters->load.number++;
    if (clusters->on_change != NULL) clusters->on_change(clusters->userdata, cluster->spec.app_id);
}

static const struct job_measurement *measured(void *self, const char *cluster_id) {
    struct fake_clusters *clusters = self;

    if (fake_clusters_find(clusters, cluster_id) == NULL || clusters->load.number == 0) return NULL;
    return &clusters->load;
}

static char *job_plan(void *self, const char *cluster_id) {
    (void)self;
    (void)cluster_id;
    return NULL;
}

static struct insight_fetch *fetch(void *self, const char *cluster_id, const char *path,
                                   insight_page_fn *done, void *userdata) {
    (void)self;
    (void)cluster_id;
    (void)path;
    (void)done;
    (void)userdata;
    return NULL;
}

static void cancel_fetch(void *self, struct insight_fetch *fetch) {
    (void)self;
    (void)fetch;
}

// --- the ports ---

static const struct cluster_ops cluster_ops = {
    .launch = launch,
    .admits = admits,
    .submit = submit,
    .savepoint = savepoint,
    .retire = retire,
    .view = view,
};

static const struct insight_ops insight_ops = {
    .measure = measure,
    .measured = measured,
    .job_plan = job_plan,
    .fetch = fetch,
    .cancel_fetch = cancel_fetch,
    .inject = inject,
    .list_logs = list_logs,
    .read_log = read_log,
};

static const struct capacity_ops capacity_ops = {
    .keep_spare = keep_spare,
    .hold_runtimes = hold_runtimes,
    .memory_used_bytes = memory_used_bytes,
    .memory_of_bytes = memory_of_bytes,
};

struct cluster_port fake_clusters_port(struct fake_clusters *self) {
    return (struct cluster_port){.ops = &cluster_ops, .self = self};
}

struct insight_port fake_clusters_insight(struct fake_clusters *self) {
    return (struct insight_port){.ops = &insight_ops, .self = self};
}

struct capacity_port fake_clusters_capacity(struct fake_clusters *self) {
    return (struct capacity_port){.ops = &capacity_ops, .self = self};
}

void fake_clusters_crash(struct fake_clusters *self) {
    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        self->fakes[index].is_used = false;
}
