#include "runtime/flink/python_traceback.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

// What frames are shown: the last ones, which are nearest to the mistake.
enum { PLACES_MAX = 4, PLACE_SIZE = 160, REASON_SIZE = 1024 };

static const char BEGIN[] = "Traceback (most recent call last):";

struct places {
    char text[PLACES_MAX][PLACE_SIZE];
    int count;
};

struct line {
    const char *text;
    size_t length;
};

// False: the text has ended.
static bool next_line(const char **at, struct line *out) {
    if (**at == '\0') return false;
    out->text = *at;
    out->length = strcspn(*at, "\n");
    *at += out->length + ((*at)[out->length] == '\n');
    return true;
}

static bool begins(const struct line *line, const char *word) {
    return line->length >= strlen(word) && strncmp(line->text, word, strlen(word)) == 0;
}

static bool is_of_flink(const char *path) {
    static const char *const parts[] = {"/site/pyflink/", "/site/apache_beam/", "/site/py4j/"};

    for (size_t index = 0; index < COUNT_OF(parts); index++)
        if (strstr(path, parts[index]) != NULL) return true;
    // Compiled parts are named as in the sources.
    return text_starts_with(path, "pyflink/") || text_starts_with(path, "apache_beam/") ||
           path[0] == '<';
}

// `  File "/x/main.py", line 12, in parse`
static bool read_place(const struct line *line, struct places *places) {
    static const char FILE_WORD[] = "File \"";
    char whole[512];
    size_t indent = strspn(line->text, " ");

    if (indent == 0 || line->length < indent + sizeof FILE_WORD) return false;
    (void)text_format(whole, sizeof whole, "%.*s", (int)(line->length - indent),
                      line->text + indent);
    if (!text_starts_with(whole, FILE_WORD)) return false;
    char *path = whole + strlen(FILE_WORD);
    char *end = strchr(path, '"');
    if (end == NULL || !text_starts_with(end, "\", line ")) return true;
    *end = '\0';
    char *number = end + strlen("\", line ");
    char *in = strstr(number, ", in ");
    // The frames of PyFlink and of what it uses say nothing about the program.
    if (is_of_flink(path)) return true;
    if (in != NULL) *in = '\0';
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    if (places->count == PLACES_MAX) {
        memmove(places->text[0], places->text[1], sizeof places->text[0] * (PLACES_MAX - 1));
        places->count--;
    }
    (void)text_format(places->text[places->count++], PLACE_SIZE, "%s:%.20s%s%.80s", name, number,
                      in == NULL ? "" : " in ", in == NULL ? "" : in + strlen(", in "));
    return true;
}

// The line of the exception is the first one after the frames that is not indented.
static bool ends_frames(const struct line *line) {
    return line->length > 0 && line->text[0] != ' ' && line->text[0] != '\t';
}

static void copy_line(const struct line *line, char *out, size_t size_bytes) {
    (void)text_format(out, size_bytes, "%.*s", (int)line->length, line->text);
    text_make_printable(out);
}

// The frames of Java, or how many of them are left out.
static bool is_java_frame(const struct line *line) {
    return begins(line, "\tat ") || begins(line, "\t... ");
}

// Py4J's exception is "An error occurred while calling o1.x." and then Java's: the last cause of
// it, whose message may have more lines.
static void read_java(const char *at, char reason[static REASON_SIZE]) {
    static const char CAUSE[] = "Caused by: ";
    struct line line;
    bool is_first = true;
    bool is_message = false;

    while (next_line(&at, &line) && !begins(&line, BEGIN)) {
        size_t skipped = is_first && begins(&line, ": ") ? 2 : 0;
        if (begins(&line, CAUSE)) skipped = strlen(CAUSE);
        size_t used = skipped > 0 ? 0 : strlen(reason);
        is_message = skipped > 0 || (is_message && line.length > 0 && !is_java_frame(&line));
        if (is_message && used < REASON_SIZE - 1)
            copy_line(&(struct line){line.text + skipped, line.length - skipped}, reason + used,
                      REASON_SIZE - used);
        is_first = false;
    }
}

static bool read_one(const char *at, struct places *places, char reason[static REASON_SIZE]) {
    struct line line;

    while (next_line(&at, &line)) {
        if (read_place(&line, places) || !ends_frames(&line)) continue;
        copy_line(&line, reason, REASON_SIZE);
        if (strstr(reason, "Py4JJavaError") != NULL) read_java(at, reason);
        return true;
    }
    return false;
}

bool python_traceback_read(const char *text, char *out, size_t size_bytes) {
    const char *last = NULL;
    struct places places = {0};
    char reason[REASON_SIZE] = "";

    // The last traceback of a chain is that of the exception that was not caught.
    for (const char *at = strstr(text, BEGIN); at != NULL; at = strstr(at + 1, BEGIN))
        last = at;
    if (last == NULL || !read_one(last + strlen(BEGIN), &places, reason)) return false;
    (void)text_copy(out, size_bytes, reason);
    for (int index = 0; index < places.count; index++) {
        size_t used = strlen(out);
        (void)text_format(out + used, size_bytes - used, "%s%s", index == 0 ? " (" : ", ",
                          places.text[index]);
    }
    size_t used = strlen(out);
    if (places.count > 0) (void)text_format(out + used, size_bytes - used, ")");
    return true;
}
