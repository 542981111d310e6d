// GET /metrics, in the text format of Prometheus 0.0.4, in pieces: there may be thousands of
// applications, and the format wants all lines of a metric together.
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"
#include "controller/scaling/metering.h"
#include "controller/scaling/metric_figures.h"
#include "controller/scaling/scaling_settings.h"
#include "controller/service/service.h"
#include "storage/app_store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Of one piece: that is about a millisecond.
enum { APPS_AT_ONCE = 200 };

// The pieces, in their order: the daemon, the records of all applications, the measurements of
// those that run.
enum section {
    SECTION_DAEMON,
    SECTION_STATUS,
    SECTION_PARALLELISM,
    SECTION_RECOVERIES,
    SECTION_MEMORY,
    SECTION_FIRST_APP_METRIC,
    SECTION_FIRST_TASK_METRIC = SECTION_FIRST_APP_METRIC + METRIC_APP_COUNT,
    SECTION_END = SECTION_FIRST_TASK_METRIC + METRIC_TASK_COUNT,
};

struct exposition {
    struct app_service *service;
    int section;
    char after_id[APP_ID_SIZE]; // the last application that this section has printed
    struct app_brief page[APPS_AT_ONCE];
    struct app_brief *measured; // those that were measured when the first piece was printed
    size_t measured_count;
};

static void print_head(struct buffer *out, const char *name, const char *help) {
    size_t length = strlen(name);
    bool is_counter = length > 6 && text_equal(name + length - 6, "_total");

    (void)buffer_append_format(out, "# HELP kobel_%s %s\n# TYPE kobel_%s %s\n", name, help, name,
                               is_counter ? "counter" : "gauge");
}

// Escapes backslash, quote and line feed in the value.
static void print_label(struct buffer *out, const char *name, const char *value) {
    (void)buffer_append_format(out, "%s=\"", name);
    while (*value != '\0') {
        size_t plain = strcspn(value, "\\\"\n");
        (void)buffer_append_format(out, "%.*s", (int)plain, value);
        value += plain;
        if (*value == '\0') break;
        (void)buffer_append_text(out, *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\");
        value++;
    }
    (void)buffer_append_text(out, "\"");
}

static void print_line(struct buffer *out, const char *name, const struct app_brief *app,
                       const char *label, const char *label_value, double value) {
    (void)buffer_append_format(out, "kobel_%s{", name);
    print_label(out, "account", app->scope.account);
    (void)buffer_append_text(out, ",");
    print_label(out, "region", app->scope.region);
    (void)buffer_append_text(out, ",");
    print_label(out, "application", app->name);
    if (label_value != NULL) {
        (void)buffer_append_text(out, ",");
        print_label(out, label, label_value);
    }
    (void)buffer_append_format(out, "} %.10g\n", value);
}

static void print_record(const struct app_brief *app, enum section section, struct buffer *out) {
    if (section == SECTION_STATUS)
        print_line(out, "application_status", app, "status", app_status_name(app->status), 1);
    if (section == SECTION_PARALLELISM)
        print_line(out, "application_parallelism", app, NULL, NULL, app->current_parallelism);
    if (section == SECTION_RECOVERIES)
        print_line(out, "application_recoveries_total", app, NULL, NULL, (double)app->recoveries);
}

static void print_record_head(enum section section, struct buffer *out) {
    if (section == SECTION_STATUS)
        print_head(out, "application_status",
                   "Always 1; the label has the status of the application");
    if (section == SECTION_PARALLELISM)
        print_head(out, "application_parallelism", "CurrentParallelism of the application");
    if (section == SECTION_RECOVERIES)
        print_head(out, "application_recoveries_total",
                   "Clusters of the application that were lost while its job ran");
}

// The records of the next applications, whether they run or not.
static bool print_records(struct exposition *all, struct buffer *out, struct error *err) {
    enum section section = (enum section)all->section;
    size_t count;

    if (all->after_id[0] == '\0') print_record_head(section, out);
    if (!app_store_list_all(all->service->db, all->after_id, all->page, APPS_AT_ONCE, &count, err))
        return false;
    for (size_t index = 0; index < count; index++)
        print_record(&all->page[index], section, out);
    if (count == APPS_AT_ONCE) {
        (void)text_copy(all->after_id, sizeof all->after_id, all->page[count - 1].id);
        return true;
    }
    all->after_id[0] = '\0';
    all->section++;
    return true;
}

static void print_memory(const struct exposition *all, struct buffer *out) {
    print_head(out, "application_memory_bytes", "Memory of all processes of the application");
    for (size_t index = 0; index < all->measured_count; index++) {
        const struct app_brief *app = &all->measured[index];
        const struct job_measurement *newest = metering_latest(all->service, app->id);
        if (newest != NULL)
            print_line(out, "application_memory_bytes", app, NULL, NULL, newest->memory_bytes);
    }
}

static bool print_app_metric(const struct exposition *all, int metric, struct buffer *out,
                             struct error *err) {
    const struct metric_definition *definition = &METRIC_APP[metric];
    char name[96];

    if (definition->prometheus == NULL) return true;
    (void)text_format(name, sizeof name, "application_%s", definition->prometheus);
    print_head(out, name, definition->help);
    for (size_t index = 0; index < all->measured_count; index++) {
        const struct app_brief *app = &all->measured[index];
        const struct job_measurement *newest = metering_latest(all->service, app->id);
        double figures[METRIC_APP_COUNT];
        struct app whole;
        bool found;
        int kpus;
        if (newest == NULL) continue;
        if (!app_store_load(all->service->db, app->id, &whole, &found, err)) return false;
        if (!found) continue;
        if (!scaling_kpus(all->service, &whole, &kpus, err)) return false;
        metric_figures_app(newest, kpus, figures);
        if (figures[metric] >= 0)
            print_line(out, name, app, NULL, NULL, figures[metric] * definition->prometheus_scale);
    }
    return true;
}

static void print_task_metric(const struct exposition *all, int metric, struct buffer *out) {
    const struct metric_definition *definition = &METRIC_TASK[metric];
    char name[96];

    (void)text_format(name, sizeof name, "application_%s", definition->prometheus);
    print_head(out, name, definition->help);
    for (size_t index = 0; index < all->measured_count; index++) {
        const struct app_brief *app = &all->measured[index];
        const struct job_measurement *newest = metering_latest(all->service, app->id);
        for (int vertex = 0; newest != NULL && vertex < newest->vertex_count; vertex++) {
            double figures[METRIC_TASK_COUNT];
            metric_figures_task(&newest->vertices[vertex], figures);
            if (figures[metric] >= 0)
                print_line(out, name, app, "task", newest->vertices[vertex].name,
                           figures[metric] * definition->prometheus_scale);
        }
    }
}

static int64_t resident_bytes(void) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(256);

    if (!file_read("/proc/self/statm", &text, NULL)) return 0;
    const char *resident = strchr(buffer_text(&text), ' ');
    return resident == NULL ? 0 : strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE);
}

static void print_daemon(const struct app_service *service, struct buffer *out) {
    print_head(out, "memory_budget_bytes", "The memory budget for all clusters together");
    (void)buffer_append_format(out, "kobel_memory_budget_bytes %lld\n",
                               (long long)service->memory_budget_bytes);
    print_head(out, "memory_counted_bytes",
               "Memory of the clusters that counts against the budget");
    (void)buffer_append_format(out, "kobel_memory_counted_bytes %lld\n",
                               (long long)capacity_memory_used_bytes(&service->capacity));
    (void)buffer_append_format(out,
                               "# HELP process_resident_memory_bytes Memory of the daemon itself\n"
                               "# TYPE process_resident_memory_bytes gauge\n"
                               "process_resident_memory_bytes %lld\n",
                               (long long)resident_bytes());
}

// --- the pieces ---

struct exposition *app_service_exposition_new(struct app_service *service) {
    struct exposition *all = memory_alloc(sizeof *all);

    all->service = service;
    return all;
}

void app_service_exposition_free(struct exposition *exposition) {
    if (exposition == NULL) return;
    memory_free(exposition->measured);
    memory_free(exposition);
}

static bool print_section(struct exposition *all, struct buffer *out, struct error *err) {
    int section = all->section;

    if (section == SECTION_DAEMON) {
        print_daemon(all->service, out);
        return metering_list(all->service, &all->measured, &all->measured_count, err);
    }
    if (section >= SECTION_FIRST_TASK_METRIC)
        print_task_metric(all, section - SECTION_FIRST_TASK_METRIC, out);
    else if (section >= SECTION_FIRST_APP_METRIC)
        return print_app_metric(all, section - SECTION_FIRST_APP_METRIC, out, err);
    else
        print_memory(all, out);
    return true;
}

bool app_service_exposition_next(struct exposition *all, struct buffer *out, bool *out_more,
                                 struct error *err) {
    if (all->section >= SECTION_STATUS && all->section <= SECTION_RECOVERIES) {
        if (!print_records(all, out, err)) return false;
    } else {
        if (!print_section(all, out, err)) return false;
        all->section++;
    }
    *out_more = all->section < SECTION_END;
    return true;
}
