// What happens in the fake's clusters from tick to tick: boots, jobs, checkpoints and savepoints.
#include "base/text.h"
#include "fakes/fake_cluster_parts.h"

int fake_clusters_booting(const struct fake_clusters *self) {
    int count = 0;

    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        count += self->fakes[index].is_used && self->fakes[index].view.health == CLUSTER_BOOTING;
    return count;
}

void fake_clusters_finish(struct fake_clusters *self, struct fake *fake) {
    char prefix[FILE_PATH_MAX];

    fake_checkpoint_prefix(fake->spec.app_id, fake->view.job_id, prefix, sizeof prefix);
    for (size_t index = 0; index < POINTS_MAX; index++)
        if (text_starts_with(self->points[index].path, prefix)) self->points[index].is_used = false;
    fake->view.job = JOB_FINISHED;
}

static bool dies_in_confirm(struct fake_clusters *self, struct fake *fake) {
    if (self->confirms_to_lose == 0) return false;
    self->confirms_to_lose--;
    fake_clusters_lose(self, fake->spec.cluster_id);
    return true;
}

static void start_job(struct fake_clusters *self, struct fake *fake) {
    const struct point *point = fake_clusters_point(self, fake->restored_from);
    bool lacks_point = fake->restored_from[0] != '\0' && point == NULL;

    if (self->reject_reason[0] != '\0' || fake->is_broken || lacks_point) {
        const char *reason =
            lacks_point ? "the restore point is not there" : "the code is rejected";
        fake->view.job = JOB_REJECTED;
        (void)text_copy(fake->view.failure, sizeof fake->view.failure,
                        self->reject_reason[0] != '\0' ? self->reject_reason : reason);
        self->reject_reason[0] = '\0';
        return;
    }
    fake->count = point == NULL ? 0 : point->count;
    fake->view.tasks_total = 4;
    fake->view.job = self->jobs_hang ? JOB_CREATED : JOB_RUNNING;
    fake->view.tasks_running = self->jobs_hang || self->holds_tasks ? 0 : 4;
    fake->view.restarts = 0;
    fake->view.is_batch = self->jobs_are_batch;
}

void fake_clusters_end_savepoint(struct fake_clusters *self, struct fake *fake) {
    struct savepoint_view *savepoint_view = &fake->view.savepoint;

    if (self->savepoints_without_a_task > 0) {
        self->savepoints_without_a_task--;
        savepoint_view->state = SAVEPOINT_FAILED;
        savepoint_view->is_transient = true;
        (void)text_copy(savepoint_view->failure, APP_FAILURE_SIZE, "a task was not there");
        return;
    }
    if (self->jobs_end_in_savepoints) fake_clusters_finish(self, fake);
    bool fails_once = self->savepoints_to_fail > 0;
    if (fails_once) self->savepoints_to_fail--;
    if (fails_once || self->savepoints_fail || !cluster_view_runs_fully(&fake->view)) {
        savepoint_view->state = SAVEPOINT_FAILED;
        (void)text_copy(savepoint_view->failure, APP_FAILURE_SIZE, "savepoints fail");
        return;
    }
    fake_savepoint_path(fake->spec.app_id, fake->snapshot_name, savepoint_view->trigger_id,
                        savepoint_view->location, FILE_PATH_MAX);
    fake_clusters_add_point(self, savepoint_view->location, fake->count);
    savepoint_view->state = SAVEPOINT_COMPLETED;
    if (fake->stops_job) fake_clusters_finish(self, fake);
}

static void checkpoint(struct fake_clusters *self, struct fake *fake) {
    char prefix[FILE_PATH_MAX];

    fake->count++;
    if (self->has_no_checkpoints || fake->view.is_batch) return;
    fake_checkpoint_prefix(fake->spec.app_id, fake->view.job_id, prefix, sizeof prefix);
    const char *old = fake->view.last_checkpoint;
    struct point *subsumed = fake_clusters_point(self, old);
    if (subsumed != NULL) subsumed->is_used = false;
    (void)text_format(fake->view.last_checkpoint, FILE_PATH_MAX, "%schk-%06d", prefix,
                      ++self->checkpoints);
    fake_clusters_add_point(self, fake->view.last_checkpoint, fake->count);
}

// One tick of a boot; boots at the same time share the machine. False: it is not done yet.
static bool boot(const struct fake_clusters *self, struct fake *fake) {
    int booting = fake_clusters_booting(self);

    if (self->boot_ticks == 0) return true;
    fake->boot_age++;
    fake->booted += booting <= self->boots_at_once ? 1.0 : (double)self->boots_at_once / booting;
    return fake->booted >= self->boot_ticks;
}

static bool step(struct fake_clusters *self, struct fake *fake) {
    if (fake->view.health == CLUSTER_BOOTING) {
        bool is_late = self->boot_ticks > 0 && fake->boot_age >= self->boot_limit;
        if (!is_late && !boot(self, fake)) return false;
        if (self->boots_fail || is_late)
            fake_clusters_lose(self, fake->spec.cluster_id);
        else
            fake->view.health = CLUSTER_READY;
        fake->view.slots = cluster_size_slots(&fake->spec.size);
        return true;
    }
    if (fake->view.health != CLUSTER_READY) return false;
    if (fake->view.job == JOB_SUBMITTING && !dies_in_confirm(self, fake))
        start_job(self, fake);
    else if (fake->view.health == CLUSTER_LOST)
        return true;
    else if (fake->view.savepoint.state == SAVEPOINT_IN_PROGRESS)
        self->savepoint_ticks > 0 ? (void)self->savepoint_ticks--
                                  : fake_clusters_end_savepoint(self, fake);
    else if (cluster_view_runs_fully(&fake->view))
        checkpoint(self, fake);
    else
        return false;
    return true;
}

bool fake_clusters_tick(struct fake_clusters *self) {
    bool changed = false;

    for (size_t index = 0; index < CLUSTERS_MAX; index++) {
        struct fake *fake = &self->fakes[index];
        if (!fake->is_used || !step(self, fake)) continue;
        changed = true;
        if (self->on_change != NULL) self->on_change(self->userdata, fake->spec.app_id);
    }
    return changed;
}
