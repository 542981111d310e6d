// events and explain: what the daemon has to tell of an application.
#include "base/memory.h"
#include "base/text.h"
#include "cli/app_calls.h"
#include "cli/session.h"

#include <string.h>

enum { WAIT_S = 20 };

DEFINE_AUTO(table_free, struct table *);

// --- events ---

static enum colour colour_of(const char *kind, const char *message) {
    bool is_bad = strstr(message, "FAILED") != NULL || text_equal(kind, "recovery") ||
                  text_equal(kind, "restart");

    return is_bad ? COLOUR_RED : COLOUR_BOLD;
}

static void print_event(const struct session *session, const json_t *event) {
    const struct terminal *out = &session->out;
    const char *kind = json_text_or(event, "kind", "");
    const char *message = json_text_or(event, "message", "");
    char time[24];

    if (session->options.is_json) { // one a line: it may go on for ever
        AUTO(memory_free) char *text = json_print(event);
        (void)printf("%s\n", text);
        return;
    }
    terminal_time(json_int_or(event, "atMs", 0), time);
    (void)printf("%s%s%s  %s%-20s%s ", terminal_colour(out, COLOUR_FAINT), time,
                 terminal_colour(out, COLOUR_PLAIN), terminal_colour(out, colour_of(kind, message)),
                 kind, terminal_colour(out, COLOUR_PLAIN));
    terminal_print_safely(out, message, strlen(message));
    (void)fputc('\n', stdout);
}

bool command_events(struct session *session, struct error *err) {
    int64_t after = 0;
    int wait_s = 0;

    do {
        AUTO(json_decref) json_t *reply = NULL;
        AUTO(memory_free)
        char *what = memory_format("/events?after=%lld&wait=%d", (long long)after, wait_s);
        if (!app_get(session->client, session->app_name, what, (WAIT_S + 10) * 1000, &reply, err))
            return false;
        const json_t *events = json_member(reply, "events");
        for (size_t index = 0; index < json_array_size(events); index++) {
            const json_t *event = json_array_get(events, index);
            print_event(session, event);
            after = json_int_or(event, "sequence", after);
        }
        (void)fflush(stdout);
        // The list may come in pages: whatever there is comes before the waiting.
        if (json_array_size(events) == 0 && wait_s == 0) {
            if (!session->options.follows) return true;
            wait_s = WAIT_S;
        }
    } while (true);
}

// --- explain ---

static void cell_text(const json_t *value, char *out, size_t size_bytes) {
    if (json_is_string(value))
        (void)text_copy(out, size_bytes, json_string_value(value));
    else if (json_is_real(value))
        (void)text_format(out, size_bytes, "%.4g", json_real_value(value));
    else if (value != NULL) {
        AUTO(memory_free) char *text = json_print(value);
        (void)text_copy(out, size_bytes, text);
    } else
        out[0] = '\0';
}

enum { COLUMNS_MAX = 12, CELL_SIZE = 160 };

// A list of objects: the members of the first one that are plain values are the columns.
static void print_list(const struct session *session, const json_t *list) {
    const char *columns[COLUMNS_MAX];
    size_t column_count = 0;
    const char *key;
    json_t *value;

    json_object_foreach(json_array_get(list, 0), key, value) {
        if (column_count < COUNT_OF(columns) && !json_is_object(value) && !json_is_array(value))
            columns[column_count++] = key;
    }
    if (column_count == 0) return;
    AUTO(table_free) struct table *table = table_new(column_count, columns);
    for (size_t index = 0; index < json_array_size(list); index++) {
        const json_t *row = json_array_get(list, index);
        char cells[COLUMNS_MAX][CELL_SIZE];
        const char *texts[COLUMNS_MAX];
        for (size_t column = 0; column < column_count; column++) {
            cell_text(json_member(row, columns[column]), cells[column], sizeof cells[column]);
            texts[column] = cells[column];
        }
        table_add(table, texts);
    }
    table_print(table, &session->out);
}

static bool is_list_of_objects(const json_t *value) {
    return json_is_array(value) && json_is_object(json_array_get(value, 0));
}

// Plain members first, as lines; objects and lists under their names.
static void print_object(const struct session *session, json_t *object) {
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value) {
        char text[CELL_SIZE];
        if (json_is_object(value) || is_list_of_objects(value)) continue;
        cell_text(value, text, sizeof text);
        (void)printf("%-24s %s\n", key, text);
    }
    json_object_foreach(object, key, value) {
        bool is_list = is_list_of_objects(value);
        if (!json_is_object(value) && !is_list) continue;
        (void)printf("\n%s%s%s\n", terminal_colour(&session->out, COLOUR_BOLD), key,
                     terminal_colour(&session->out, COLOUR_PLAIN));
        if (is_list)
            print_list(session, value);
        else
            print_object(session, value);
    }
}

bool command_explain(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    if (!app_get(session->client, session->app_name, "/scaling", WAIT_S * 1000, &reply, err))
        return false;
    if (session->options.is_json)
        session_print_json(reply);
    else
        print_object(session, reply);
    return true;
}
