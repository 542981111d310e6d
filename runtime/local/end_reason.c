#include "runtime/local/end_reason.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

// The level of a line of Flink's logs: "2026-11-28 08:00:00,123 INFO  org.apache...". NULL: no log
// entry begins with this line.
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

// The same of a line that a JVM logs: "[21.002s][warning][cds] Skipping ...".
static const char *jvm_level_of(const char *line) {
    static const char *const levels[][2] = {{"[trace]", "TRACE"},
                                            {"[debug]", "DEBUG"},
                                            {"[info", "INFO"},
                                            {"[warning]", "WARN"},
                                            {"[error", "ERROR"}};

    if (line[0] != '[') return NULL;
    size_t length = strspn(line + 1, "0123456789.,");
    if (length == 0 || !text_starts_with(line + 1 + length, "s]")) return NULL;
    for (size_t index = 0; index < COUNT_OF(levels); index++)
        if (text_starts_with(line + length + 3, levels[index][0])) return levels[index][1];
    return NULL;
}

// A word such as "java.lang.OutOfMemoryError:" or "MyException"; the words "Error" and "Exception"
// alone are ordinary English.
static bool is_class_of_errors(const char *word, size_t length) {
    static const char *const endings[] = {"Exception", "Error"};

    if (length > 0 && word[length - 1] == ':') length--;
    for (size_t index = 0; index < COUNT_OF(endings); index++) {
        size_t ending = strlen(endings[index]);
        if (length > ending && strncmp(word + length - ending, endings[index], ending) == 0)
            return true;
    }
    return false;
}

static bool names_an_error(const char *line) {
    static const char SPACES[] = " \t\"'()[],";

    for (const char *at = line + strspn(line, SPACES); *at != '\0'; at += strspn(at, SPACES)) {
        size_t length = strcspn(at, SPACES);
        if (is_class_of_errors(at, length)) return true;
        at += length;
    }
    return false;
}

// How complaints of a JVM, its launcher and the sandbox's programs begin.
static bool is_complaint(const char *line) {
    static const char *const beginnings[] = {"Error:",
                                             "Error occurred during initialization of VM",
                                             "ERROR",
                                             "[ERROR]",
                                             "FATAL",
                                             "[FATAL]",
                                             "Exception in thread",
                                             "Caused by:",
                                             "Unrecognized ",
                                             "Invalid ",
                                             "# There is insufficient memory",
                                             "# A fatal error has been detected",
                                             "#  SIG",
                                             "bwrap:",
                                             "kobel-launch:"};

    for (size_t index = 0; index < COUNT_OF(beginnings); index++)
        if (text_starts_with(line, beginnings[index])) return true;
    return false;
}

static bool is_frame(const char *line) {
    return line[0] == '\t' || text_starts_with(line, "    at ");
}

// The last lines of a JVM that could not start, whatever the reason was.
static bool is_epilogue(const char *line) {
    return text_starts_with(line, "Error: Could not create the Java Virtual Machine") ||
           text_starts_with(line, "Error: A fatal exception has occurred");
}

void end_reason_find(const char *tail, size_t tail_bytes, char *out, size_t out_size_bytes) {
    AUTO(memory_free) char *text = memory_alloc(tail_bytes + 1);
    char *rest = text;
    // Of the log entry that the line belongs to; NULL: of none, it was printed.
    const char *level = NULL;

    // A 0 byte separates lines, too: a shortened log begins with a hole, which reads as zeros.
    for (size_t at = 0; at < tail_bytes; at++)
        text[at] = tail[at] == '\0' ? '\n' : tail[at];
    out[0] = '\0';
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        const char *begun = level_of(line);
        if (begun == NULL) begun = jvm_level_of(line);
        if (begun != NULL) level = begun;
        bool is_serious = level == NULL || level[0] == 'E' || level[0] == 'F';
        bool is_error = begun != NULL || is_complaint(line) || names_an_error(line);
        if (!is_serious || !is_error || is_frame(line)) continue;
        if (out[0] != '\0' && is_epilogue(line)) continue;
        (void)text_copy(out, out_size_bytes, line);
        text_make_printable(out);
    }
}
