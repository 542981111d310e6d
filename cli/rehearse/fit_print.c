#include "cli/rehearse/fit_print.h"

#include "base/text.h"
#include "cli/client/table.h"

#include <string.h>

enum { COLUMNS = 6, STATES_SHOWN = 3, CELL_SIZE = 400 };

void fit_size(int64_t bytes, char out[static 24]) {
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    double value = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024) {
        (void)text_format(out, 24, "%lld bytes", (long long)bytes);
        return;
    }
    for (; value >= 1024 && unit + 1 < COUNT_OF(units); unit++)
        value /= 1024;
    (void)text_format(out, 24, "%.1f %s", value, units[unit]);
}

void fit_serializer(const char *class_name, char *out, size_t size_bytes) {
    const char *last = strrchr(class_name, '.');
    const char *name = last == NULL ? class_name : last + 1;
    size_t length = strcspn(name, "$");

    if (name[length] == '\0' && text_ends_with(name, "Snapshot")) length -= strlen("Snapshot");
    (void)text_format(out, size_bytes, "%.*s", (int)length, name);
}

// --- the table ---

static const json_t *find_saved(const json_t *content, const char *operator_id) {
    const json_t *operators = json_path(content, "savepoint", "operators", NULL);
    size_t index;
    json_t *saved;

    json_array_foreach(operators, index, saved) {
        if (text_equal(json_text(saved, "operatorId"), operator_id)) return saved;
    }
    return NULL;
}

// "count: LongSerializer, total: ... and 2 others, timers"
static void describe_states(const json_t *saved, char out[static CELL_SIZE]) {
    size_t shown = 0;
    size_t others = 0;
    bool has_timers = false;
    size_t used = 0;
    size_t index;
    json_t *state;

    out[0] = '\0';
    json_array_foreach(json_member(saved, "states"), index, state) {
        char serializer[80];
        bool is_timer = text_equal(json_text(state, "kind"), "TIMERS");
        has_timers = has_timers || is_timer;
        others += !is_timer && shown == STATES_SHOWN;
        if (is_timer || shown == STATES_SHOWN) continue;
        fit_serializer(json_text_or(state, "serializer", ""), serializer, sizeof serializer);
        (void)text_format(out + used, CELL_SIZE - used, "%s%.60s%s%s", shown++ == 0 ? "" : ", ",
                          json_text_or(state, "name", ""), serializer[0] == '\0' ? "" : ": ",
                          serializer);
        used += strlen(out + used);
    }
    if (others > 0) (void)text_format(out + used, CELL_SIZE - used, " and %zu others", others);
    used += strlen(out + used);
    if (has_timers)
        (void)text_format(out + used, CELL_SIZE - used, "%stimers", used == 0 ? "" : ", ");
}

// What happens to the operator when the program is started.
static const char *verdict_of(const json_t *row) {
    const char *match = json_text_or(row, "match", "");
    bool has_max = text_equal(json_text_or(row, "maxParallelismMatch", "FITS"), "FITS");

    if (text_equal(match, "MATCHED")) return has_max ? "fits" : "MAXIMUM DIFFERS";
    if (text_equal(match, "LOST")) return "NO OPERATOR";
    if (text_equal(match, "NEW")) return "new";
    return text_equal(match, "STATELESS") ? "gone, without state" : "";
}

static void add_row(struct table *table, const json_t *content, const json_t *row) {
    const json_t *saved = find_saved(content, json_text_or(row, "operatorId", ""));
    const char *uid = json_text_or(row, "uid", json_text_or(row, "operatorId", ""));
    int64_t bytes = json_int_or(row, "stateBytes", 0);
    char states[CELL_SIZE];
    char size[24] = "";
    char max[24] = "";

    describe_states(saved, states);
    if (bytes > 0) fit_size(bytes, size);
    if (saved != NULL)
        (void)text_format(max, sizeof max, "%lld",
                          (long long)json_int_or(saved, "maxParallelism", 0));
    const char *cells[COLUMNS] = {
        uid, json_text_or(row, "name", ""), states, size, max, verdict_of(row)};
    table_add(table, cells);
}

static void print_explanations(const struct terminal *out, const json_t *fit) {
    size_t index;
    json_t *line;

    json_array_foreach(json_member(fit, "explanations"), index, line) {
        terminal_print(out, COLOUR_RED, "* ");
        terminal_print_folded(out, 2, json_string_value(line));
        (void)fputc('\n', out->file);
    }
}

// Operators of the same uid may still keep state of another type under the same name.
static void print_limit(const struct terminal *out, const json_t *fit) {
    if (!json_bool_or(fit, "canRestore", false)) return;
    terminal_print(out, COLOUR_PLAIN,
                   "The types of state are not compared: only a start shows whether they fit.");
    (void)fputc('\n', out->file);
}

void fit_print(const struct terminal *out, const json_t *content) {
    static const char *const titles[COLUMNS] = {"UID OR ID", "NAME",    "STATES",
                                                "SIZE",      "MAXIMUM", "VERDICT"};
    AUTO(table_free) struct table *table = table_new(COLUMNS, titles);
    const json_t *fit = json_member(content, "fit");
    const json_t *rows =
        json_member(fit != NULL ? fit : json_member(content, "savepoint"), "operators");
    size_t index;
    json_t *row;

    json_array_foreach(rows, index, row) {
        add_row(table, content, row);
    }
    table_print(table, out);
    print_explanations(out, fit);
    print_limit(out, fit);
}

// --- the result ---

bool fit_is_good(const json_t *content, bool allows_a_part, const char **out_reason) {
    const json_t *fit = json_member(content, "fit");
    const char *failure = json_text(content, "savepointFailure");

    *out_reason = failure != NULL ? failure : json_text(content, "fitFailure");
    if (json_bool_or(fit, "severalJobs", false))
        *out_reason = "main() submits several jobs, and the service runs one";
    if (*out_reason != NULL) return false;
    return json_bool_or(fit, allows_a_part ? "canRestoreWithNonRestoredState" : "canRestore",
                        false);
}
