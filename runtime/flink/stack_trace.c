#include "runtime/flink/stack_trace.h"

#include "base/text.h"
#include "base/utf8.h"
#include "runtime/flink/python_traceback.h"

#include <string.h>

static const char LEFT_OUT[] = "\n\t... "; // in the form of a frame

void stack_trace_append(struct buffer *out, const char *trace) {
    size_t length = strlen(trace);

    if (length > 2 * STACK_TRACE_PART_BYTES) {
        size_t begin = utf8_cut(trace, length, STACK_TRACE_PART_BYTES);
        if (!buffer_append(out, trace, begin, NULL)) return;
        (void)buffer_append_text(out, LEFT_OUT);
        trace += utf8_cut(trace, length, length - STACK_TRACE_PART_BYTES);
    }
    (void)buffer_append_text(out, trace);
}

// The head of one exception in a trace: "<class>: <message>", which may have several lines.
struct head {
    const char *text;
    size_t length;
};

static const char CAUSE[] = "Caused by: ";

// NULL = there is none.
static const char *next_line(const char *line) {
    const char *end = strchr(line, '\n');

    return end == NULL ? NULL : end + 1;
}

static bool ends_head(const char *line) {
    return text_starts_with(line, "\tat ") || text_starts_with(line, "\t... ") ||
           text_starts_with(line, CAUSE) || text_starts_with(line, "End of exception");
}

// The head that starts at `text` ends at its frames, at the next cause, or at the end. Returns the
// line that ends it; NULL = the end of the text.
static const char *read_head(const char *text, struct head *out) {
    const char *line = next_line(text);

    while (line != NULL && !ends_head(line))
        line = next_line(line);
    size_t length = line == NULL ? strlen(text) : (size_t)(line - text);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        length--;
    *out = (struct head){text, length};
    return line;
}

static bool holds(const struct head *head, const char *word) {
    return memmem(head->text, head->length, word, strlen(word)) != NULL;
}

// Wrappers without information of their own.
static bool is_hollow(const struct head *head) {
    return holds(head, "CompletionException") || holds(head, "ExecutionException") ||
           holds(head, "RestHandlerException: Could not execute application") ||
           holds(head, "FlinkException: Could not execute application") ||
           // A failure of Flink to start the job, reported as one of the program.
           holds(head, "caused an error: Failed to execute job") || head->length == 0;
}

static void append_head(struct buffer *out, const struct head *head) {
    for (size_t at = 0; at < head->length;) {
        size_t word = at;
        while (word < head->length && (unsigned char)head->text[word] > ' ')
            word++;
        if (!buffer_append_format(out, "%.*s", (int)(word - at), head->text + at)) return;
        if (word == head->length) return;
        (void)buffer_append_text(out, " ");
        for (at = word; at < head->length && (unsigned char)head->text[at] <= ' ';)
            at++;
    }
}

// One pass over the lines: each search continues where the head before has ended.
void stack_trace_cause(const char *trace, char *out, size_t size_bytes) {
    static const char SERVER_SIDE[] = "<Exception on server side:\n";
    AUTO(buffer_release) struct buffer line = BUFFER_INIT(size_bytes);
    const char *at = trace;
    struct head primary = {0};
    struct head root = {0};

    // Of a function in Python: Java's exceptions are only how it got here.
    if (python_traceback_read(trace, out, size_bytes)) return;
    if (text_starts_with(at, SERVER_SIDE)) at += strlen(SERVER_SIDE);
    do {
        struct head head;
        at = read_head(at, &head);
        if (!is_hollow(&head)) {
            if (primary.text == NULL || holds(&head, "ProgramInvocationException")) primary = head;
            root = head;
        }
        while (at != NULL && !text_starts_with(at, CAUSE))
            at = next_line(at);
        if (at != NULL) at += strlen(CAUSE);
    } while (at != NULL);
    // Without an exception of the program, the root cause is the most useful.
    if (primary.text == NULL)
        (void)read_head(trace, &primary);
    else if (!holds(&primary, "ProgramInvocationException"))
        primary = root;
    append_head(&line, &primary);
    if (root.text != NULL && root.text != primary.text) {
        (void)buffer_append_text(&line, " StackTrace: ");
        append_head(&line, &root);
    }
    (void)text_copy(out, size_bytes, buffer_text(&line));
}
