#include "api/admin/flink_page.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { PARTS_MAX = 10, PART_SIZE = 256, VALUE_MAX_BYTES = 8000 };
static const size_t TARGET_MAX_BYTES = 32768;

// {id}: hexadecimal, {n}: a number, {name}: as plain_letters allows. Left out are GETs that change
// something: jobs/{id}/yarn-cancel and yarn-stop end a job, jars/{name}/plan runs a main().
static const char *const pages[] = {
    "applications/overview",
    "applications/{id}",
    "applications/{id}/exceptions",
    "applications/{id}/jobmanager/config",
    "config",
    "datasets",
    "jars",
    "jobmanager/config",
    "jobmanager/environment",
    "jobmanager/log",
    "jobmanager/logs",
    "jobmanager/logs/{name}",
    "jobmanager/metrics",
    "jobmanager/profiler",
    "jobmanager/profiler/{name}",
    "jobmanager/stdout",
    "jobmanager/thread-dump",
    "jobs",
    "jobs/metrics",
    "jobs/overview",
    "jobs/{id}",
    "jobs/{id}/accumulators",
    "jobs/{id}/checkpoints",
    "jobs/{id}/checkpoints/config",
    "jobs/{id}/checkpoints/details/{n}",
    "jobs/{id}/checkpoints/details/{n}/subtasks/{id}",
    "jobs/{id}/config",
    "jobs/{id}/exceptions",
    "jobs/{id}/execution-result",
    "jobs/{id}/jobmanager/config",
    "jobs/{id}/jobmanager/environment",
    "jobs/{id}/jobmanager/log-url",
    "jobs/{id}/metrics",
    "jobs/{id}/plan",
    "jobs/{id}/rescales/config",
    "jobs/{id}/rescales/details/{id}",
    "jobs/{id}/rescales/history",
    "jobs/{id}/rescales/overview",
    "jobs/{id}/rescales/summary",
    "jobs/{id}/resource-requirements",
    "jobs/{id}/status",
    "jobs/{id}/taskmanagers/{name}/log-url",
    "jobs/{id}/vertices/{id}",
    "jobs/{id}/vertices/{id}/accumulators",
    "jobs/{id}/vertices/{id}/backpressure",
    "jobs/{id}/vertices/{id}/flamegraph",
    "jobs/{id}/vertices/{id}/jm-operator-metrics",
    "jobs/{id}/vertices/{id}/metrics",
    "jobs/{id}/vertices/{id}/subtasks/accumulators",
    "jobs/{id}/vertices/{id}/subtasks/metrics",
    "jobs/{id}/vertices/{id}/subtasks/{n}",
    "jobs/{id}/vertices/{id}/subtasks/{n}/attempts/{n}",
    "jobs/{id}/vertices/{id}/subtasks/{n}/attempts/{n}/accumulators",
    "jobs/{id}/vertices/{id}/subtasks/{n}/metrics",
    "jobs/{id}/vertices/{id}/subtasktimes",
    "jobs/{id}/vertices/{id}/taskmanagers",
    "jobs/{id}/vertices/{id}/watermarks",
    "overview",
    "taskmanagers",
    "taskmanagers/metrics",
    "taskmanagers/{name}",
    "taskmanagers/{name}/log",
    "taskmanagers/{name}/logs",
    "taskmanagers/{name}/logs/{name}",
    "taskmanagers/{name}/metrics",
    "taskmanagers/{name}/profiler",
    "taskmanagers/{name}/profiler/{name}",
    "taskmanagers/{name}/stdout",
    "taskmanagers/{name}/thread-dump",
};

// Below these only the pages of the list are shown. Other paths are files of the page itself.
static const char *const roots[] = {"applications", "artifacts", "cluster",    "config",
                                    "datasets",     "jars",      "jobmanager", "jobs",
                                    "logs",         "overview",  "profiler",   "savepoint-disposal",
                                    "taskmanagers", "v1",        "v2"};

static const char *const file_endings[] = {".html", ".js",  ".css",  ".svg",        ".png", ".ico",
                                           ".gif",  ".ttf", ".woff", ".woff2",      ".eot", ".json",
                                           ".xml",  ".txt", ".map",  ".webmanifest"};

static const char *const parameters[] = {"get",          "agg",           "subtasks",
                                         "taskmanagers", "jobs",          "type",
                                         "subtaskindex", "maxExceptions", "failureLabelFilter"};

static const char plain_letters[] = "._~:@+=,()$-";

struct parts {
    char text[PARTS_MAX][PART_SIZE]; // unescaped
    size_t count;
};

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    return isxdigit((unsigned char)digit) ? tolower((unsigned char)digit) - 'a' + 10 : -1;
}

// Unescapes `length` bytes, once. False: an invalid escape, a control byte, or too long.
static bool unescape(const char *text, size_t length, char *out, size_t size_bytes) {
    size_t used = 0;

    for (size_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte == '%') {
            int high = at + 2 < length ? hex_value(text[at + 1]) : -1;
            int low = high >= 0 ? hex_value(text[at + 2]) : -1;
            if (low < 0) return false;
            byte = (unsigned char)(high * 16 + low);
            at += 2;
        }
        if (byte < ' ' || byte == 0x7F || used + 1 >= size_bytes) return false;
        out[used++] = (char)byte;
    }
    out[used] = '\0';
    return true;
}

static void append_escaped(struct buffer *out, const char *text) {
    AUTO(memory_free) char *escaped = sigv4_escape(text, false);

    (void)buffer_append_text(out, escaped);
}

// --- the path ---

static bool is_plain(const char *part) {
    if (part[0] == '.') return false;
    for (const char *at = part; *at != '\0'; at++)
        if (isalnum((unsigned char)*at) == 0 && strchr(plain_letters, *at) == NULL) return false;
    return part[0] != '\0';
}

// "/a/b" and "/a/b/" are the same; otherwise no part may be empty.
static bool split(const char *rest, struct parts *out) {
    const char *at = rest[0] == '/' ? rest + 1 : rest;

    while (*at != '\0') {
        size_t length = strcspn(at, "/");
        if (out->count == PARTS_MAX || !unescape(at, length, out->text[out->count], PART_SIZE) ||
            !is_plain(out->text[out->count]))
            return false;
        out->count++;
        at += length;
        if (*at == '/') at++;
    }
    return true;
}

static bool is_of_kind(const char *part, const char *kind, size_t length) {
    size_t part_length = strlen(part);

    if (strncmp(kind, "{id}", length) == 0)
        return part_length <= 64 && strspn(part, "0123456789abcdefABCDEF") == part_length;
    if (strncmp(kind, "{n}", length) == 0)
        return part_length <= 19 && strspn(part, "0123456789") == part_length;
    if (strncmp(kind, "{name}", length) == 0) return true;
    return part_length == length && strncmp(part, kind, length) == 0;
}

static bool matches(const char *page, const struct parts *parts, size_t first) {
    const char *at = page;

    for (size_t index = first; index < parts->count; index++) {
        size_t length = strcspn(at, "/");
        if (length == 0 || !is_of_kind(parts->text[index], at, length)) return false;
        at += length + (at[length] == '/');
    }
    return *at == '\0';
}

static bool is_listed(const struct parts *parts) {
    // Flink answers /v1/... as it answers the path without the version.
    size_t first = text_equal(parts->text[0], "v1") ? 1 : 0;

    if (parts->count == first) return false;
    for (size_t index = 0; index < COUNT_OF(pages); index++)
        if (matches(pages[index], parts, first)) return true;
    return false;
}

static bool is_file(const struct parts *parts) {
    const char *name = parts->text[parts->count - 1];

    for (size_t index = 0; index < COUNT_OF(file_endings); index++)
        if (text_ends_with(name, file_endings[index])) return true;
    return false;
}

static enum flink_page_verdict judge(const struct parts *parts) {
    if (parts->count == 0 || is_listed(parts)) return FLINK_PAGE_SHOWN;
    for (size_t index = 0; index < COUNT_OF(roots); index++)
        if (text_equal(parts->text[0], roots[index])) return FLINK_PAGE_REFUSED;
    return is_file(parts) ? FLINK_PAGE_SHOWN : FLINK_PAGE_UNKNOWN;
}

// --- the query ---

static bool is_parameter(const char *name, size_t length) {
    for (size_t index = 0; index < COUNT_OF(parameters); index++)
        if (strlen(parameters[index]) == length && strncmp(parameters[index], name, length) == 0)
            return true;
    return false;
}

// One "name=value"; unknown parameters are left out. False: the value cannot be used.
static bool append_parameter(struct buffer *out, const char *one, size_t length, bool *is_first) {
    size_t name_length = strcspn(one, "=&");
    AUTO(memory_free) char *raw = NULL;
    char value[VALUE_MAX_BYTES];

    if (!is_parameter(one, name_length) || name_length >= length) return true;
    raw = memory_format("%.*s", (int)(length - name_length - 1), one + name_length + 1);
    for (char *plus = strchr(raw, '+'); plus != NULL; plus = strchr(plus, '+'))
        *plus = ' ';
    if (!unescape(raw, strlen(raw), value, sizeof value) || !text_is_utf8(value)) return false;
    (void)buffer_append_format(out, "%s%.*s=", *is_first ? "?" : "&", (int)name_length, one);
    append_escaped(out, value);
    *is_first = false;
    return true;
}

static bool append_query(struct buffer *out, const char *query) {
    bool is_first = true;

    for (const char *at = query; *at != '\0';) {
        size_t length = strcspn(at, "&");
        if (!append_parameter(out, at, length, &is_first)) return false;
        at += length + (at[length] == '&');
    }
    return true;
}

enum flink_page_verdict flink_page_check(const char *rest, const char *query, char **out_target) {
    AUTO(buffer_release) struct buffer target = BUFFER_INIT(TARGET_MAX_BYTES);
    struct parts parts = {.count = 0};

    if (!split(rest, &parts)) return FLINK_PAGE_REFUSED;
    enum flink_page_verdict verdict = judge(&parts);
    if (verdict != FLINK_PAGE_SHOWN) return verdict;
    if (parts.count == 0) (void)buffer_append_text(&target, "/");
    for (size_t index = 0; index < parts.count; index++) {
        (void)buffer_append_text(&target, "/");
        append_escaped(&target, parts.text[index]);
    }
    if (!append_query(&target, query) || target.size_bytes >= TARGET_MAX_BYTES)
        return FLINK_PAGE_REFUSED;
    *out_target = buffer_take_text(&target);
    return FLINK_PAGE_SHOWN;
}
