#include "runtime/end_reason.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

enum line_weight { LINE_IGNORED, LINE_PLAIN, LINE_ERROR };

// The level of a line of Flink's logs: "2026-11-28 08:00:00,123 INFO  org.apache...". NULL: none.
static const char *level_of(const char *line) {
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    const char *at = line;

    for (int word = 0; word < 2; word++) {
        size_t length = strspn(at, "0123456789-:,.T");
        if (length < 8 || at[length] != ' ') return NULL;
        at += length + 1;
    }
    for (size_t index = 0; index < COUNT_OF(levels); index++)
        if (text_starts_with(at, levels[index])) return levels[index];
    return NULL;
}

static bool holds_any(const char *line, const char *const *words, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (strstr(line, words[index]) != NULL) return true;
    return false;
}

static enum line_weight weigh(const char *line) {
    static const char *const words[] = {"Exception", "Error", "ERROR", "bwrap:", "kobel-launch:"};
    const char *level = level_of(line);

    if (line[0] == '\0' || line[0] == '\t' || text_starts_with(line, "    at "))
        return LINE_IGNORED;
    if (level != NULL) return level[0] == 'E' || level[0] == 'F' ? LINE_ERROR : LINE_IGNORED;
    return holds_any(line, words, COUNT_OF(words)) ? LINE_ERROR : LINE_PLAIN;
}

void end_reason_find(const char *tail, size_t tail_bytes, char *out, size_t out_size_bytes) {
    AUTO(memory_free) char *text = utf8_copy_new(tail, strnlen(tail, tail_bytes));
    enum line_weight best = LINE_IGNORED;
    char *rest = text;

    out[0] = '\0';
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        enum line_weight weight = weigh(line);
        if (weight == LINE_IGNORED || weight < best) continue;
        best = weight;
        (void)text_copy(out, out_size_bytes, line);
    }
}
