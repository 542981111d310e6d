#include "runtime/local/spares.h"

#include "base/clock.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/cluster_memory.h"

#include <string.h>

// A job that was just started has the processor to itself first.
static const uint64_t UPDATE_AFTER_US = 1500000;

static const struct local_options *options_of(const struct spares *spares) {
    return &spares->list->machine->options;
}

// Landlock opens nothing later, and the runtimes before 1.20 need to know where checkpoints go when
// they start: such a spare fits one application only.
static bool is_tied(const struct spares *spares, const struct launch_spec *spec) {
    return options_of(spares)->sandbox.level == SANDBOX_SCOPED ||
           !runtime_environment_has_job_conf(spec->runtime);
}

// Such a cluster has the settings of its job from the beginning.
static bool is_for_job(const struct launch_spec *left, const struct launch_spec *right) {
    return runtime_environment_has_run_conf(left->runtime) ||
           job_conf_equal(&left->job, &right->job);
}

static bool has_shape(const struct launch_spec *left, const struct launch_spec *right) {
    bool is_untied = left->app_id[0] == '\0' || right->app_id[0] == '\0';

    return (is_untied || text_equal(left->app_id, right->app_id)) &&
           left->runtime == right->runtime && is_for_job(left, right) &&
           left->is_python == right->is_python && left->holds_sources == right->holds_sources &&
           text_equal(left->log_level, right->log_level) &&
           // A process cannot get another environment.
           text_equal(left->region, right->region) && cluster_size_equal(&left->size, &right->size);
}

static bool is_live_spare(const struct local_cluster *cluster) {
    return cluster->is_spare && cluster->health != CLUSTER_LOST;
}

// --- claiming ---

// One that is being primed is READY sooner than one that still boots.
static struct local_cluster *find_fitting(const struct spares *spares,
                                          const struct launch_spec *spec) {
    const char *runtimes = spares->list->machine->runtimes_directory;
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    struct local_cluster *found = NULL;

    // Spares do not keep a runtime from being removed, and are not usable without it.
    if (!catalog_find(runtimes, spec->runtime, &runtime, NULL)) return NULL;
    for (struct local_cluster *cluster = spares->list->first; cluster != NULL;
         cluster = cluster->next)
        if (is_live_spare(cluster) && has_shape(&cluster->spec, spec) &&
            (found == NULL || cluster->primer > found->primer))
            found = cluster;
    return found;
}

bool spares_fit(const struct spares *spares, const struct launch_spec *spec) {
    return find_fitting(spares, spec) != NULL;
}

struct local_cluster *spares_claim(struct spares *spares, const struct launch_spec *spec) {
    struct local_cluster *found = find_fitting(spares, spec);

    if (found == NULL || local_cluster_claim(found, spec, NULL)) return found;
    cluster_list_end(spares->list, found);
    return NULL;
}

// --- memory ---

static struct local_cluster *oldest_spare(const struct spares *spares) {
    struct local_cluster *oldest = NULL;

    for (struct local_cluster *cluster = spares->list->first; cluster != NULL;
         cluster = cluster->next)
        if (cluster->is_spare && (oldest == NULL || cluster->born_us < oldest->born_us))
            oldest = cluster;
    return oldest;
}

static bool has_room(const struct spares *spares, int64_t needed_bytes) {
    return cluster_memory_total_bytes(spares->list, true) + needed_bytes <=
           options_of(spares)->memory_budget_bytes;
}

void spares_make_room(struct spares *spares, int64_t needed_bytes) {
    while (!has_room(spares, needed_bytes)) {
        struct local_cluster *spare = oldest_spare(spares);
        if (spare == NULL) return;
        cluster_list_end(spares->list, spare);
    }
}

// --- keeping ---

static int count_spares(const struct spares *spares, const struct launch_spec *shape) {
    int count = 0;

    for (const struct local_cluster *cluster = spares->list->first; cluster != NULL;
         cluster = cluster->next)
        if (is_live_spare(cluster) && has_shape(&cluster->spec, shape)) count++;
    return count;
}

// One for each shape, and what is left for the one used last.
static int wanted_of(const struct spares *spares, const struct launch_spec *shape) {
    for (size_t index = 0; index < spares->wanted_count; index++)
        if (has_shape(&spares->wanted[index], shape))
            return index > 0 ? 1 : options_of(spares)->spares - (int)spares->wanted_count + 1;
    return 0;
}

static bool is_too_old(const struct local_cluster *spare) {
    int64_t max_ms = spare->machine->options.spare_max_age_ms;

    return max_ms > 0 && (clock_monotonic_us() - spare->born_us) / 1000 > max_ms;
}

static void end_unwanted(struct spares *spares) {
    struct local_cluster *next;

    for (struct local_cluster *cluster = spares->list->first; cluster != NULL; cluster = next) {
        next = cluster->next;
        if (!is_live_spare(cluster)) continue;
        bool is_one_too_many =
            count_spares(spares, &cluster->spec) > wanted_of(spares, &cluster->spec);
        if (is_one_too_many || is_too_old(cluster)) cluster_list_end(spares->list, cluster);
    }
}

// Something is more urgent: a cluster that an application waits for, or an earlier spare.
static bool is_busy(const struct cluster_list *list) {
    for (const struct local_cluster *cluster = list->first; cluster != NULL;
         cluster = cluster->next) {
        enum job_state job =
            cluster->watch == NULL ? JOB_NONE : cluster_watch_view(cluster->watch)->job;
        if (cluster->health == CLUSTER_BOOTING || job == JOB_SUBMITTING || job == JOB_CREATED)
            return true;
    }
    return false;
}

static void start_spare(struct spares *spares, const struct launch_spec *wanted) {
    struct launch_spec spec = *wanted;
    char suffix[9];

    if (!has_room(spares, cluster_size_bytes(&spec.size))) return;
    random_id_hex(suffix, sizeof suffix - 1);
    (void)text_format(spec.cluster_id, sizeof spec.cluster_id, "spare-%s", suffix);
    // The next wish tries again.
    error_ignore(cluster_list_start(spares->list, &spec, true, NULL));
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata);

static void update_after(struct spares *spares, uint64_t delay_us) {
    if (spares->timer == NULL) {
        (void)sd_event_add_time_relative(spares->list->machine->loop, &spares->timer,
                                         CLOCK_MONOTONIC, delay_us, 10000, on_timer, spares);
        return;
    }
    (void)sd_event_source_set_time_relative(spares->timer, delay_us);
    (void)sd_event_source_set_enabled(spares->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct spares *spares = userdata;
    int64_t max_age_ms = options_of(spares)->spare_max_age_ms;

    (void)source;
    (void)now_us;
    end_unwanted(spares);
    for (size_t index = 0; index < spares->wanted_count; index++) {
        const struct launch_spec *shape = &spares->wanted[index];
        if (count_spares(spares, shape) >= wanted_of(spares, shape)) continue;
        if (!is_busy(spares->list)) start_spare(spares, shape);
        update_after(spares, UPDATE_AFTER_US);
        return 0;
    }
    if (oldest_spare(spares) != NULL && max_age_ms > 0)
        update_after(spares, (uint64_t)max_age_ms * 1000 + 1000);
    return 0;
}

// `place` is in use.
static void drop_wish(struct spares *spares, size_t place) {
    spares->wanted_count--;
    memmove(&spares->wanted[place], &spares->wanted[place + 1],
            (spares->wanted_count - place) * sizeof spares->wanted[0]);
}

void spares_keep(struct spares *spares, const struct launch_spec *spec) {
    struct launch_spec wish = *spec;
    size_t limit = (size_t)options_of(spares)->spares;
    size_t place = 0;

    if (limit == 0) return;
    if (!is_tied(spares, spec)) wish.app_id[0] = '\0';
    while (place < spares->wanted_count && !has_shape(&spares->wanted[place], &wish))
        place++;
    if (place == limit) place--; // the oldest wish is dropped
    if (place < spares->wanted_count) drop_wish(spares, place);
    memmove(&spares->wanted[1], &spares->wanted[0],
            spares->wanted_count * sizeof spares->wanted[0]);
    spares->wanted[0] = wish;
    spares->wanted_count++;
    update_after(spares, UPDATE_AFTER_US);
}

void spares_forget(struct spares *spares, const char *app_id) {
    for (size_t place = spares->wanted_count; place-- > 0;)
        if (text_equal(spares->wanted[place].app_id, app_id)) drop_wish(spares, place);
    end_unwanted(spares);
}

void spares_release(struct spares *spares) {
    spares->timer = sd_event_source_disable_unref(spares->timer);
}
