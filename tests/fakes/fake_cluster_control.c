#include "base/text.h"
#include "fakes/fake_cluster_parts.h"

#include <string.h>

// --- faults and other events ---

int fake_clusters_calls(const struct fake_clusters *self) {
    return self->calls;
}

void fake_clusters_fail_call(struct fake_clusters *self, int number) {
    self->failing_call = number;
}

void fake_clusters_fail_submissions(struct fake_clusters *self, const char *reason) {
    self->submission_failure = reason;
}

void fake_clusters_fail_removals(struct fake_clusters *self, const char *reason) {
    self->removal_failure = reason;
}

void fake_clusters_refuse_imports(struct fake_clusters *self, const char *reason) {
    self->import_misfit = reason;
}

void fake_clusters_refuse_launches(struct fake_clusters *self, const char *reason) {
    self->launch_failure = reason;
}

void fake_clusters_lose_code(struct fake_clusters *self, const char *reason) {
    self->lost_code = reason;
}

void fake_clusters_delay_savepoint(struct fake_clusters *self, int ticks) {
    self->savepoint_ticks = ticks;
}

void fake_clusters_fail_requests(struct fake_clusters *self, const char *reason) {
    self->request_failure = reason;
}

void fake_clusters_die_at_call(struct fake_clusters *self, int number, bool *out_dead) {
    self->deadly_call = number;
    self->is_dead = out_dead;
}

void fake_clusters_reject_next_job(struct fake_clusters *self, const char *reason) {
    (void)text_copy(self->reject_reason, sizeof self->reject_reason, reason);
}

void fake_clusters_reject_code(struct fake_clusters *self, const char *code_sha256) {
    (void)text_copy(self->rejected_code, sizeof self->rejected_code, code_sha256);
}

void fake_clusters_hang_jobs(struct fake_clusters *self, bool hang) {
    self->jobs_hang = hang;
}

void fake_clusters_hold_tasks(struct fake_clusters *self, bool hold) {
    self->holds_tasks = hold;
}

void fake_clusters_run_batch_jobs(struct fake_clusters *self, bool is_batch) {
    self->jobs_are_batch = is_batch;
}

void fake_clusters_end_in_savepoints(struct fake_clusters *self, bool ends) {
    self->jobs_end_in_savepoints = ends;
}

void fake_clusters_run_tasks(struct fake_clusters *self, const char *cluster_id) {
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (fake == NULL) return;
    fake->view.tasks_running = fake->view.tasks_total;
    if (self->on_change != NULL) self->on_change(self->userdata, fake->spec.app_id);
}

void fake_clusters_fail_savepoints(struct fake_clusters *self, bool fail) {
    self->savepoints_fail = fail;
}

void fake_clusters_fail_boots(struct fake_clusters *self, bool fail) {
    self->boots_fail = fail;
}

void fake_clusters_admit(struct fake_clusters *self, int boots_at_a_time) {
    self->boots_max = boots_at_a_time;
}

void fake_clusters_slow_boots(struct fake_clusters *self, int ticks, int at_once, int limit) {
    self->boot_ticks = ticks;
    self->boots_at_once = at_once;
    self->boot_limit = limit;
}

void fake_clusters_lose(struct fake_clusters *self, const char *cluster_id) {
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (fake == NULL) return;
    fake->view.health = CLUSTER_LOST;
    (void)text_copy(fake->view.failure, sizeof fake->view.failure, "a process was made to die");
    if (self->on_change != NULL) self->on_change(self->userdata, fake->spec.app_id);
}

void fake_clusters_restart_job(struct fake_clusters *self, const char *cluster_id,
                               const char *cause) {
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (fake == NULL) return;
    fake->view.restarts++;
    (void)text_copy(fake->view.failure, sizeof fake->view.failure, cause);
    if (self->on_change != NULL) self->on_change(self->userdata, fake->spec.app_id);
}

void fake_clusters_disable_checkpoints(struct fake_clusters *self) {
    self->has_no_checkpoints = true;
}

void fake_clusters_set_load(struct fake_clusters *self, const struct job_measurement *load) {
    uint64_t number = self->load.number;

    self->load = *load;
    self->load.number = number;
}

void fake_clusters_finish_job(struct fake_clusters *self, const char *cluster_id) {
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (fake == NULL) return;
    fake_clusters_finish(self, fake);
    if (self->on_change != NULL) self->on_change(self->userdata, fake->spec.app_id);
}

void fake_clusters_end_job(struct fake_clusters *self, const char *cluster_id,
                           enum job_state state) {
    struct fake *fake = fake_clusters_find(self, cluster_id);

    if (fake == NULL) return;
    fake->view.job = state;
    if (self->on_change != NULL) self->on_change(self->userdata, fake->spec.app_id);
}

void fake_clusters_end_task_in_savepoints(struct fake_clusters *self, int savepoints) {
    self->savepoints_without_a_task = savepoints;
}

void fake_clusters_lose_in_confirm(struct fake_clusters *self, int clusters) {
    self->confirms_to_lose = clusters;
}

// --- questions ---

uint32_t fake_clusters_held_runtimes(const struct fake_clusters *clusters) {
    return clusters->held_runtimes;
}

int fake_clusters_count_at(struct fake_clusters *self, const char *path) {
    const struct point *point = fake_clusters_point(self, path);

    return point == NULL ? -1 : point->count;
}

int fake_clusters_count(const struct fake_clusters *self) {
    int count = 0;

    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        count += self->fakes[index].is_used;
    return count;
}

int fake_clusters_primed(const struct fake_clusters *self) {
    return self->primed;
}

int fake_clusters_spares_asked(const struct fake_clusters *self) {
    return self->spares_asked;
}

static const struct fake *running(const struct fake_clusters *self) {
    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        if (self->fakes[index].is_used && self->fakes[index].view.job == JOB_RUNNING)
            return &self->fakes[index];
    return NULL;
}

const char *fake_clusters_restored_from(const struct fake_clusters *self) {
    const struct fake *fake = running(self);

    return fake == NULL ? NULL : fake->restored_from;
}

int fake_clusters_running_count(const struct fake_clusters *self) {
    const struct fake *fake = running(self);

    return fake == NULL ? -1 : fake->count;
}

void fake_clusters_set_log(struct fake_clusters *self, const char *bytes, size_t size_bytes) {
    self->has_log = true;
    self->log_bytes = size_bytes < sizeof self->log ? size_bytes : sizeof self->log;
    memcpy(self->log, bytes, self->log_bytes);
}

void fake_clusters_set_metadata(struct fake_clusters *self, const char *directory) {
    self->metadata = directory;
}
