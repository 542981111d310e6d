#include "controller/moves/misfit_text.h"

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "runtime/savepoint/savepoint_misfit.h"

#include <string.h>

// Flink's words keep at least so much of an ErrorString: its exception, and the end that names the
// operator.
enum { FAILURE_MIN_BYTES = 200, FAILURE_HEAD_BYTES = 70 };

static const char BY_KOBEL[] = " kobel: ";

// Not the service's way out, and long.
static const char CLI_ADVICE[] = " If you want to allow to skip this, you can set the"
                                 " --allowNonRestoredState option on the CLI.";

// The event has them.
static const char LOGS[] = " (logs: ";

static bool holds_any(const char *text, const char *const *words, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (strstr(text, words[index]) != NULL) return true;
    return false;
}

static bool is_of_serializer(const char *failure) {
    static const char *const words[] = {"StateMigrationException", "must not be incompatible",
                                        "state serializer"};

    return holds_any(failure, words, COUNT_OF(words));
}

bool misfit_text_is_of_restore(const char *failure) {
    static const char *const words[] = {"Failed to rollback to checkpoint/savepoint",
                                        "Cannot map checkpoint/savepoint state"};

    return holds_any(failure, words, COUNT_OF(words)) || is_of_serializer(failure);
}

// --- without the operators of the program ---

// "... state for operator <32 hexadecimal digits> to the new program ...". False: there is no id.
static bool find_id(const char *failure, char out[static JOB_OPERATOR_ID_SIZE]) {
    static const char before[] = "operator ";

    for (const char *at = strstr(failure, before); at != NULL; at = strstr(at, before)) {
        at += strlen(before);
        if (strspn(at, "0123456789abcdef") != JOB_OPERATOR_ID_SIZE - 1) continue;
        (void)text_format(out, JOB_OPERATOR_ID_SIZE, "%.*s", JOB_OPERATOR_ID_SIZE - 1, at);
        return true;
    }
    return false;
}

// A program that has all operators of the savepoint but the one that Flink missed.
static void guess_graph(const struct misfit_case *of, struct job_graph *out) {
    const struct savepoint_metadata *metadata = of->metadata;
    char missing[JOB_OPERATOR_ID_SIZE] = "";

    (void)find_id(of->failure, missing);
    out->operators = memory_alloc((metadata->operator_count + 1) * sizeof *out->operators);
    for (size_t index = 0; index < metadata->operator_count; index++) {
        if (text_equal(metadata->operators[index].id, missing)) continue;
        struct job_operator *entry = &out->operators[out->count++];
        (void)text_copy(entry->id, sizeof entry->id, metadata->operators[index].id);
        entry->parallelism = 1;
    }
}

// --- the explanation ---

static const char SERIALIZER[] =
    "the program has an operator for all state of the snapshot, so a type in it has changed in a "
    "way that Flink cannot migrate. Keep the type, give the state another name, or start without "
    "state: SKIP_RESTORE_FROM_SNAPSHOT.";

static void explain_with(const struct misfit_case *of, const struct job_graph *graph,
                         char out_brief[static SAVEPOINT_MISFIT_SIZE], struct buffer *full) {
    AUTO(savepoint_fit_free) struct savepoint_fit fit = {0};

    savepoint_fit_make(&fit, of->metadata, graph, &of->target);
    if (savepoint_misfit_brief(&fit, of->metadata, graph, of->is_part_allowed, out_brief))
        savepoint_misfit_text(&fit, of->metadata, graph, of->is_part_allowed, full);
    else if (is_of_serializer(of->failure)) {
        (void)text_copy(out_brief, SAVEPOINT_MISFIT_SIZE, SERIALIZER);
        (void)buffer_append_text(full, SERIALIZER);
    }
}

// An event is one line, and terminals do not show the ends of others.
static void make_one_line(char *text) {
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    for (char *at = strchr(text, '\n'); at != NULL; at = strchr(at, '\n'))
        *at = ' ';
}

void misfit_text_explain(const struct misfit_case *of, char **out_brief, char **out_full) {
    AUTO(buffer_release)
    struct buffer full =
        BUFFER_INIT((size_t)SAVEPOINT_MISFIT_SIZE * (SAVEPOINT_MISFIT_LINES_MAX + 2));
    struct job_graph guessed = {0};
    char brief[SAVEPOINT_MISFIT_SIZE] = "";

    if (of->graph == NULL) guess_graph(of, &guessed);
    explain_with(of, of->graph == NULL ? &guessed : of->graph, brief, &full);
    job_graph_free(&guessed);
    *out_brief = memory_copy_text(brief);
    *out_full = buffer_take_text(&full);
    make_one_line(*out_full);
}

// --- joining ---

// Cuts the middle out. `text` is UTF-8 and longer than `limit_bytes`.
static void shorten(const char *text, size_t limit_bytes, char *out, size_t size_bytes) {
    static const char LEFT_OUT[] = " ... ";
    size_t length = strlen(text);
    size_t head = utf8_cut(text, length, FAILURE_HEAD_BYTES);
    size_t tail = utf8_cut(text, length, length - (limit_bytes - head - strlen(LEFT_OUT)));

    (void)text_format(out, size_bytes, "%.*s%s%s", (int)head, text, LEFT_OUT, text + tail);
}

// `length` bytes from where `what` begins, or all that follows.
static void cut_out(char *text, const char *what, size_t length) {
    char *at = strstr(text, what);

    if (at == NULL) return;
    size_t left = strlen(at);
    const char *rest = at + (length < left ? length : left);
    memmove(at, rest, strlen(rest) + 1);
}

void misfit_text_join(const char *failure, const char *brief,
                      char out[static OPERATION_ERROR_SIZE]) {
    const size_t limit = OPERATION_ERROR_SIZE - 1 - strlen(BY_KOBEL);
    char words[OPERATION_ERROR_SIZE];

    if (brief[0] == '\0') {
        (void)text_copy(out, OPERATION_ERROR_SIZE, failure);
        return;
    }
    AUTO(memory_free) char *own = memory_copy_text(failure);
    cut_out(own, CLI_ADVICE, strlen(CLI_ADVICE));
    if (strlen(own) + strlen(brief) > limit) cut_out(own, LOGS, SIZE_MAX);
    size_t brief_bytes = strlen(brief);
    if (brief_bytes > limit - FAILURE_MIN_BYTES)
        brief_bytes = utf8_cut(brief, brief_bytes, limit - FAILURE_MIN_BYTES);
    if (strlen(own) > limit - brief_bytes)
        shorten(own, limit - brief_bytes - 3, words, sizeof words);
    else
        (void)text_copy(words, sizeof words, own);
    (void)text_format(out, OPERATION_ERROR_SIZE, "%s%s%.*s", words, BY_KOBEL, (int)brief_bytes,
                      brief);
}
