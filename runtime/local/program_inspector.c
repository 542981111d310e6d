#include "runtime/local/program_inspector.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/local/program_process.h"

#include <string.h>

enum {
    WAITING_MAX = 32,
    KEPT_MAX = 16,            // graphs
    KEPT_OPERATORS_MAX = 1000 // of one graph that is kept: half a megabyte
};

struct program_inspection {
    struct program_inspector *inspector;
    struct program_inspection *next;
    struct program_order order;
    char *properties_text;
    char key[DIGEST_SHA256_HEX_SIZE];
    bool is_refused;
    program_done_fn *done; // NULL: cancelled
    void *userdata;
};

struct kept_report {
    char key[DIGEST_SHA256_HEX_SIZE]; // "" = none
    struct program_report report;
};

struct program_inspector {
    struct machine *machine;
    sd_event_source *turn;              // enabled when something can be done
    struct program_inspection *waiting; // list, the oldest first
    struct program_inspection *running; // NULL: none
    struct program_process *process;
    struct kept_report kept[KEPT_MAX];
    size_t next_kept; // the place that is used next
};

static void free_inspection(struct program_inspection *inspection) {
    if (inspection == NULL) return;
    memory_free(inspection->properties_text);
    memory_free(inspection);
}
DEFINE_AUTO(free_inspection, struct program_inspection *);

// --- what is kept ---

// What the operators follow from. Sources that main() asks may have changed since.
static void choose_key(const struct program_order *order, char out[static DIGEST_SHA256_HEX_SIZE]) {
    AUTO(digest_free) struct digest *digest = digest_new_sha256();
    char head[CODE_SHA256_SIZE + 64];

    (void)text_format(head, sizeof head, "%s %d %d ", order->spec.code_sha256,
                      (int)order->spec.runtime, order->spec.parallelism);
    digest_add(digest, head, strlen(head));
    digest_add(digest, order->properties_text, strlen(order->properties_text));
    digest_finish_sha256(digest, out);
}

static const struct program_report *find_kept(const struct program_inspector *self,
                                              const char *key) {
    for (size_t index = 0; index < KEPT_MAX; index++)
        if (text_equal(self->kept[index].key, key)) return &self->kept[index].report;
    return NULL;
}

static void keep(struct program_inspector *self, const char *key,
                 const struct program_report *report) {
    struct kept_report *place = &self->kept[self->next_kept];
    size_t count = report->graph.count;

    if (count > KEPT_OPERATORS_MAX) return;
    job_graph_free(&place->report.graph);
    place->report = *report;
    place->report.graph.operators = memory_alloc(count * sizeof *report->graph.operators);
    memcpy(place->report.graph.operators, report->graph.operators,
           count * sizeof *report->graph.operators);
    (void)text_copy(place->key, sizeof place->key, key);
    self->next_kept = (self->next_kept + 1) % KEPT_MAX;
}

// --- turns ---

static void wake(const struct program_inspector *self) {
    bool has_work = self->waiting != NULL && (self->running == NULL || self->waiting->is_refused);

    (void)sd_event_source_set_enabled(self->turn, has_work ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static void answer(const struct program_inspection *inspection, const struct program_report *report,
                   const struct error *err) {
    if (inspection->done != NULL) inspection->done(inspection->userdata, report, err);
}

static void on_done(void *userdata, const struct program_report *report, const struct error *err) {
    struct program_inspector *self = userdata;
    AUTO(free_inspection) struct program_inspection *inspection = TAKE(self->running);

    program_process_free(TAKE(self->process));
    if (report != NULL) keep(self, inspection->key, report);
    wake(self);
    answer(inspection, report, err);
}

static int on_turn(sd_event_source *source, void *userdata) {
    struct program_inspector *self = userdata;
    struct program_inspection *inspection = self->waiting;
    const struct program_report *kept = find_kept(self, inspection->key);
    struct error err;

    (void)source;
    self->waiting = inspection->next;
    bool is_refused =
        inspection->is_refused &&
        !error_set(&err, ERROR_UNAVAILABLE,
                   "%d programs wait to be inspected already; try again later", WAITING_MAX);
    if (kept == NULL && !is_refused &&
        program_process_start(self->machine, &inspection->order, on_done, self, &self->process,
                              &err)) {
        self->running = inspection;
        return 0;
    }
    wake(self);
    answer(inspection, kept, kept == NULL ? &err : NULL);
    free_inspection(inspection);
    return 0;
}

// --- the port ---

static struct program_inspection *inspect(void *self, const struct program_order *order,
                                          program_done_fn *done, void *userdata) {
    struct program_inspector *inspector = self;
    struct program_inspection *inspection = memory_alloc(sizeof *inspection);
    struct program_inspection **place = &inspector->waiting;
    size_t count = 0;

    inspection->inspector = inspector;
    inspection->order = *order;
    inspection->properties_text = memory_copy_text(order->properties_text);
    inspection->order.properties_text = inspection->properties_text;
    inspection->done = done;
    inspection->userdata = userdata;
    choose_key(order, inspection->key);
    for (; *place != NULL; place = &(*place)->next)
        count++;
    inspection->is_refused = count >= WAITING_MAX;
    // A refusal does not wait.
    if (inspection->is_refused) place = &inspector->waiting;
    inspection->next = *place;
    *place = inspection;
    wake(inspector);
    return inspection;
}

// One that runs continues: its result may be asked for again.
static void cancel(void *self, struct program_inspection *inspection) {
    struct program_inspector *inspector = self;
    struct program_inspection **place = &inspector->waiting;

    inspection->done = NULL;
    if (inspection == inspector->running) return;
    while (*place != inspection)
        place = &(*place)->next;
    *place = inspection->next;
    free_inspection(inspection);
    wake(inspector);
}

static const struct program_ops ops = {.inspect = inspect, .cancel = cancel};

struct program_port program_inspector_port(struct program_inspector *inspector) {
    return (struct program_port){.ops = &ops, .self = inspector};
}

// --- life ---

bool program_inspector_new(struct machine *machine, struct program_inspector **out_inspector,
                           struct error *err) {
    AUTO(program_inspector_free) struct program_inspector *self = memory_alloc(sizeof *self);
    int code = sd_event_add_defer(machine->loop, &self->turn, on_turn, self);

    if (code < 0) return error_system(err, -code, "inspect programs");
    self->machine = machine;
    wake(self);
    *out_inspector = TAKE(self);
    return true;
}

void program_inspector_free(struct program_inspector *self) {
    if (self == NULL) return;
    program_process_free(self->process);
    (void)sd_event_source_disable_unref(self->turn);
    free_inspection(self->running);
    while (self->waiting != NULL) {
        struct program_inspection *first = self->waiting;
        self->waiting = first->next;
        free_inspection(first);
    }
    for (size_t index = 0; index < KEPT_MAX; index++)
        job_graph_free(&self->kept[index].report.graph);
    memory_free(self);
}
