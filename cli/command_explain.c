// explain: why an application has its parallelism.
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/table.h"
#include "cli/commands.h"

enum { ASK_TIMEOUT_MS = 20000, CELL_SIZE = 32, MOVE_INDENT = 4 };

static void print_title(const struct session *session, const char *title) {
    (void)fputc('\n', stdout);
    terminal_print(&session->out, COLOUR_BOLD, "%s", title);
    (void)fputc('\n', stdout);
}

static void print_text(const struct session *session, size_t indent, const char *text) {
    terminal_print_folded(&session->out, indent, text);
    (void)fputc('\n', stdout);
}

static void print_head(const struct session *session, const json_t *reply) {
    bool is_enabled = json_bool_or(reply, "enabled", false);

    terminal_print(&session->out, COLOUR_PLAIN, "%s is %s with parallelism %lld; %s, %s",
                   session->app_name, json_text_or(reply, "status", ""),
                   (long long)json_int_or(reply, "currentParallelism", 0),
                   is_enabled ? "scaled automatically" : "not scaled automatically",
                   is_enabled ? json_text_or(reply, "policy", "") : "AutoScalingEnabled is false");
    if (is_enabled)
        terminal_print(&session->out, COLOUR_PLAIN, ", from %lld to %lld",
                       (long long)json_int_or(reply, "floor", 0),
                       (long long)json_int_or(reply, "ceiling", 0));
    (void)fputs("\n\n", stdout);
    print_text(session, 0, json_text_or(reply, "explanation", ""));
}

static void figure(const json_t *row, const char *key, double factor, const char *unit,
                   char out[static CELL_SIZE]) {
    const json_t *value = json_member(row, key);

    (void)text_copy(out, CELL_SIZE, "-");
    if (value != NULL)
        (void)text_format(out, CELL_SIZE, "%.0f%s", json_number_value(value) * factor, unit);
}

// Only changes of the decision are shown, not each time that it was confirmed.
static bool has_same_result(const json_t *left, const json_t *right) {
    return text_equal(json_text(left, "reason"), json_text(right, "reason")) &&
           json_int_or(left, "wantedParallelism", 0) == json_int_or(right, "wantedParallelism", 0);
}

static void print_evaluations(const struct session *session, const json_t *evaluations) {
    static const char *const titles[] = {"SINCE",  "REASON",   "RUNS", "WANTED",
                                         "ARRIVE", "CAPACITY", "BUSY", "BUSIEST"};
    AUTO(table_free) struct table *table = table_new(COUNT_OF(titles), titles);

    for (size_t index = 0; index < json_array_size(evaluations); index++) {
        const json_t *row = json_array_get(evaluations, index);
        const json_t *older = json_array_get(evaluations, index + 1);
        char time[24];
        char cells[5][CELL_SIZE];
        if (older != NULL && has_same_result(row, older)) continue;
        terminal_time(json_int_or(row, "atMs", 0), time);
        figure(row, "currentParallelism", 1, "", cells[0]);
        figure(row, "wantedParallelism", 1, "", cells[1]);
        figure(row, "demandPerSecond", 1, "/s", cells[2]);
        figure(row, "capacityPerSecond", 1, "/s", cells[3]);
        figure(row, "utilization", 100, " %", cells[4]);
        const char *const texts[] = {
            time,     json_text_or(row, "reason", ""),      cells[0], cells[1], cells[2], cells[3],
            cells[4], json_text_or(row, "busiestTask", "-")};
        table_add(table, texts);
    }
    table_print(table, &session->out);
}

static void print_moves(const struct session *session, const json_t *moves) {
    for (size_t index = 0; index < json_array_size(moves); index++) {
        const json_t *move = json_array_get(moves, index);
        char time[24];
        terminal_time(json_int_or(move, "atMs", 0), time);
        terminal_print(&session->out, COLOUR_PLAIN, "%s  %lld to %lld", time,
                       (long long)json_int_or(move, "currentParallelism", 0),
                       (long long)json_int_or(move, "wantedParallelism", 0));
        (void)fprintf(session->out.file, "\n%*s", MOVE_INDENT, "");
        print_text(session, MOVE_INDENT, json_text_or(move, "text", ""));
    }
}

bool command_explain(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    if (!app_get(session->client, session->app_name, "/scaling?limit=360", ASK_TIMEOUT_MS, &reply,
                 err))
        return false;
    if (session->options.is_json) {
        session_print_json(session, reply);
        return true;
    }
    print_head(session, reply);
    if (json_array_size(json_member(reply, "moves")) > 0) {
        print_title(session, "Moves");
        print_moves(session, json_member(reply, "moves"));
    }
    if (json_array_size(json_member(reply, "evaluations")) > 0) {
        print_title(session, "Evaluations of the last hour");
        print_evaluations(session, json_member(reply, "evaluations"));
    }
    return true;
}
