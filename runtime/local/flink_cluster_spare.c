// Spares: clusters that are launched before they are asked for, of the runtime and size used last.
// A spare is primed (flink_cluster_prime.c): the next launch of the same shape takes a third of a
// second instead of two or three. It belongs to whoever comes first; what differs by application is
// put in place then (flink_cluster_claim.c), or comes with the submission.
#include "base/clock.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/local/flink_cluster_parts.h"

#include <string.h>

// A job that was just started has the processor to itself first.
static const uint64_t TEND_AFTER_US = 1500000;

// Landlock opens nothing later, and the runtimes before 1.20 want to know where checkpoints go when
// they start: such a spare is one application's.
static bool is_tied(const struct flink_clusters *owner, const struct launch_spec *spec) {
    return owner->options.sandbox.level == SANDBOX_SCOPED ||
           !runtime_environment_has_job_conf(spec->runtime);
}

static bool has_shape(const struct launch_spec *left, const struct launch_spec *right) {
    bool is_for_anyone = left->app_id[0] == '\0' || right->app_id[0] == '\0';

    return (is_for_anyone || text_equal(left->app_id, right->app_id)) &&
           left->runtime == right->runtime && text_equal(left->log_level, right->log_level) &&
           cluster_size_equal(&left->size, &right->size);
}

static bool is_alive(const struct cluster *cluster) {
    return cluster->is_spare && cluster->health != CLUSTER_LOST;
}

static void tend_after(struct flink_clusters *owner, uint64_t delay_us);

// --- claiming ---

// One that is still being primed is there sooner than one that has yet to boot.
static struct cluster *find_fitting(const struct flink_clusters *owner,
                                    const struct launch_spec *spec) {
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    struct error missing;
    struct cluster *found = NULL;

    // Spares do not keep a runtime from being removed; without it they are of no use.
    if (!catalog_find(owner->runtimes_directory, spec->runtime, &runtime, &missing)) return NULL;
    for (struct cluster *cluster = owner->clusters; cluster != NULL; cluster = cluster->next)
        if (is_alive(cluster) && has_shape(&cluster->spec, spec) &&
            (found == NULL || cluster->priming > found->priming))
            found = cluster;
    return found;
}

bool flink_spare_fits(const struct flink_clusters *owner, const struct launch_spec *spec) {
    return find_fitting(owner, spec) != NULL;
}

struct cluster *flink_spare_claim(struct flink_clusters *owner, const struct launch_spec *spec) {
    struct cluster *found = find_fitting(owner, spec);
    struct error ignored;

    if (found == NULL || flink_claim(found, spec, &ignored)) return found;
    flink_cluster_end(found);
    return NULL;
}

static struct cluster *oldest_spare(const struct flink_clusters *owner) {
    struct cluster *oldest = NULL;

    for (struct cluster *cluster = owner->clusters; cluster != NULL; cluster = cluster->next)
        if (cluster->is_spare && (oldest == NULL || cluster->born_us < oldest->born_us))
            oldest = cluster;
    return oldest;
}

void flink_spare_make_room(struct flink_clusters *owner, int64_t needed_bytes) {
    while (flink_clusters_memory_bytes(owner, true) + needed_bytes >
           owner->options.memory_budget_bytes) {
        struct cluster *spare = oldest_spare(owner);
        if (spare == NULL) return;
        flink_cluster_end(spare);
    }
}

// --- keeping ---

static int count_spares(const struct flink_clusters *owner, const struct launch_spec *shape) {
    int count = 0;

    for (const struct cluster *cluster = owner->clusters; cluster != NULL; cluster = cluster->next)
        if (is_alive(cluster) && has_shape(&cluster->spec, shape)) count++;
    return count;
}

// One for each shape, and what is left for the one used last.
static int wanted_of(const struct flink_clusters *owner, const struct launch_spec *shape) {
    for (size_t index = 0; index < owner->wanted_count; index++)
        if (has_shape(&owner->wanted[index], shape))
            return index > 0 ? 1 : owner->options.spares - (int)owner->wanted_count + 1;
    return 0;
}

static bool is_too_old(const struct cluster *spare) {
    int64_t max_ms = spare->owner->options.spare_max_age_ms;

    return max_ms > 0 && (clock_monotonic_us() - spare->born_us) / 1000 > max_ms;
}

static void end_unwanted(struct flink_clusters *owner) {
    struct cluster *next;

    for (struct cluster *cluster = owner->clusters; cluster != NULL; cluster = next) {
        next = cluster->next;
        if (!is_alive(cluster)) continue;
        bool is_one_too_many =
            count_spares(owner, &cluster->spec) > wanted_of(owner, &cluster->spec);
        if (is_one_too_many || is_too_old(cluster)) flink_cluster_end(cluster);
    }
}

// Something more urgent: a cluster that somebody waits for, or a spare that is not done yet.
static bool is_busy(const struct flink_clusters *owner) {
    for (const struct cluster *cluster = owner->clusters; cluster != NULL;
         cluster = cluster->next) {
        enum job_state job =
            cluster->watch == NULL ? JOB_NONE : cluster_watch_view(cluster->watch)->job;
        if (cluster->health == CLUSTER_BOOTING || job == JOB_SUBMITTING || job == JOB_CREATED)
            return true;
    }
    return false;
}

static void boot_spare(struct flink_clusters *owner, const struct launch_spec *wanted) {
    struct launch_spec spec = *wanted;
    char suffix[9];
    struct error err;

    if (flink_clusters_memory_bytes(owner, true) + cluster_size_bytes(&spec.size) >
        owner->options.memory_budget_bytes)
        return;
    random_id_hex(suffix, sizeof suffix - 1);
    (void)text_format(spec.cluster_id, sizeof spec.cluster_id, "spare-%s", suffix);
    // What cannot be had is done without; the next wish tries again.
    bool booted = flink_cluster_boot(owner, &spec, true, &err);
    (void)booted;
}

static int on_tend(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct flink_clusters *owner = userdata;

    (void)source;
    (void)now_us;
    end_unwanted(owner);
    for (size_t index = 0; index < owner->wanted_count; index++) {
        const struct launch_spec *shape = &owner->wanted[index];
        if (count_spares(owner, shape) >= wanted_of(owner, shape)) continue;
        if (!is_busy(owner)) boot_spare(owner, shape);
        tend_after(owner, TEND_AFTER_US);
        return 0;
    }
    if (oldest_spare(owner) != NULL && owner->options.spare_max_age_ms > 0)
        tend_after(owner, (uint64_t)owner->options.spare_max_age_ms * 1000 + 1000);
    return 0;
}

static void tend_after(struct flink_clusters *owner, uint64_t delay_us) {
    if (owner->tending == NULL) {
        (void)sd_event_add_time_relative(owner->loop, &owner->tending, CLOCK_MONOTONIC, delay_us,
                                         10000, on_tend, owner);
        return;
    }
    (void)sd_event_source_set_time_relative(owner->tending, delay_us);
    (void)sd_event_source_set_enabled(owner->tending, SD_EVENT_ONESHOT);
}

// `place` is there.
static void drop_wish(struct flink_clusters *owner, size_t place) {
    owner->wanted_count--;
    memmove(&owner->wanted[place], &owner->wanted[place + 1],
            (owner->wanted_count - place) * sizeof owner->wanted[0]);
}

void flink_spare_keep(void *self, const struct launch_spec *spec) {
    struct flink_clusters *owner = self;
    struct launch_spec wish = *spec;
    size_t limit = (size_t)owner->options.spares;
    size_t place = 0;

    if (limit == 0) return;
    if (!is_tied(owner, spec)) wish.app_id[0] = '\0';
    while (place < owner->wanted_count && !has_shape(&owner->wanted[place], &wish))
        place++;
    if (place == limit) place--; // the oldest gives way
    if (place < owner->wanted_count) drop_wish(owner, place);
    memmove(&owner->wanted[1], &owner->wanted[0], owner->wanted_count * sizeof owner->wanted[0]);
    owner->wanted[0] = wish;
    owner->wanted_count++;
    tend_after(owner, TEND_AFTER_US);
}

void flink_spare_forget(struct flink_clusters *owner, const char *app_id) {
    for (size_t place = owner->wanted_count; place-- > 0;)
        if (text_equal(owner->wanted[place].app_id, app_id)) drop_wish(owner, place);
    end_unwanted(owner);
}
