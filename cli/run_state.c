#include "cli/run_state.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/app_calls.h"
#include "cli/interrupts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 25 };

void run_say(struct run *run, enum colour colour, int64_t since_us, const char *format, ...) {
    char text[1400];
    char duration[24] = "";
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (since_us != 0) terminal_duration((clock_monotonic_us() - since_us) / 1000, duration);
    // What the job printed before comes before.
    (void)fflush(stdout);
    (void)fprintf(run->err.file, "%s%-13s |%s %s", terminal_colour(&run->err, COLOUR_BOLD), "kobel",
                  terminal_colour(&run->err, COLOUR_PLAIN), terminal_colour(&run->err, colour));
    terminal_print_safely(&run->err, text, strlen(text));
    (void)fprintf(run->err.file, "%s%s%s%s\n", terminal_colour(&run->err, COLOUR_PLAIN),
                  duration[0] == '\0' ? "" : " (", duration, duration[0] == '\0' ? "" : ")");
}

// --- logs ---

static bool open_logs(struct run *run, bool skips_old, struct error *err) {
    char directory[FILE_PATH_MAX];

    if (run->files != NULL) return true;
    if (!app_logs_directory(run->client, run->name, directory, err)) return false;
    run->files = log_files_new(directory, skips_old, log_print_line, &run->printer);
    return true;
}

bool run_open_logs(struct run *run, const json_t *detail, bool is_running, struct error *err) {
    AUTO(json_decref) json_t *status = NULL;
    const char *arn = json_text_or(detail, "ApplicationARN", "");

    if (run->files != NULL) return true;
    if (!client_get(run->client, "/kobel/v1/status", 10000, &status, err)) return false;
    if (json_text(json_member(status, "applicationIds"), arn) == NULL) return true;
    if (!open_logs(run, !is_running, err)) return false;
    run->printer.is_mute = true;
    (void)log_files_read(run->files);
    run->printer.is_mute = false;
    return true;
}

void run_read_logs(struct run *run) {
    if (run->files == NULL || !log_files_read(run->files)) return;
    (void)fflush(stdout);
}

// --- clusters ---

static int64_t number_of(const char *cluster_id) {
    const char *dash = strrchr(cluster_id, '-');

    return dash == NULL ? 0 : strtoll(dash + 1, NULL, 16);
}

static const json_t *newest_cluster(const struct run *run, const json_t *status) {
    const json_t *clusters = json_member(status, "clusters");
    const json_t *newest = NULL;
    int64_t newest_number = 0;

    for (size_t index = 0; index < json_array_size(clusters); index++) {
        const json_t *cluster = json_array_get(clusters, index);
        int64_t number = number_of(json_text_or(cluster, "id", ""));
        if (!text_equal(json_text(cluster, "applicationId"), run->id)) continue;
        if (newest != NULL && number <= newest_number) continue;
        newest = cluster;
        newest_number = number;
    }
    return newest;
}

static void look_at_cluster(struct run *run, const json_t *cluster) {
    const char *id = json_text_or(cluster, "id", "");
    const char *health = json_text_or(cluster, "health", "");
    int64_t number = number_of(id);

    if (number > run->cluster_number) {
        run_say(run, COLOUR_FAINT, 0, "cluster %lld is launched", (long long)number);
        (void)text_copy(run->cluster, sizeof run->cluster, id);
        run->cluster_number = number;
        run->cluster_is_ready = false;
        run->mark_us = clock_monotonic_us();
    }
    if (run->cluster_is_ready || !text_equal(health, "READY")) return;
    run_say(run, COLOUR_FAINT, run->mark_us, "cluster %lld is ready", (long long)number);
    run->cluster_is_ready = true;
    run->mark_us = clock_monotonic_us();
}

bool run_tick(void *userdata, const json_t *detail, struct error *err) {
    struct run *run = userdata;
    AUTO(json_decref) json_t *status = NULL;

    if (!client_get(run->client, "/kobel/v1/status", 10000, &status, err)) return false;
    const char *id = json_text(json_member(status, "applicationIds"),
                               json_text_or(detail, "ApplicationARN", ""));
    if (id != NULL) {
        (void)text_copy(run->id, sizeof run->id, id);
        if (!open_logs(run, false, err)) return false;
        const json_t *cluster = newest_cluster(run, status);
        if (cluster != NULL) look_at_cluster(run, cluster);
    }
    run_read_logs(run);
    if (interrupts_wait(app_is_settled(detail) ? 0 : TICK_MS) > run->interrupts)
        return error_set(err, ERROR_STALE, "interrupted");
    return true;
}
