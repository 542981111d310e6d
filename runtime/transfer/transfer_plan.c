#include "runtime/transfer/transfer_plan.h"

#include "base/memory.h"
#include "base/text.h"

#include <search.h>
#include <string.h>

enum { PART_MAX_BYTES = 255, DEPTH_MAX = 30 };
static const int64_t SIZE_MAX_BYTES = (int64_t)1 << 43; // more than S3 stores in an object

// --- the order ---

// '/' comes first, so that a file is followed directly by what would lie in it.
static int rank(unsigned char byte) {
    return byte == '\0' ? -1 : byte == '/' ? 0 : byte;
}

static int compare_names(const char *left, const char *right) {
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return rank((unsigned char)*left) - rank((unsigned char)*right);
}

static int compare(const void *left, const void *right) {
    const char *left_name = ((const struct plan_file *)left)->name;
    const char *right_name = ((const struct plan_file *)right)->name;
    bool is_left_last = text_equal(left_name, TRANSFER_PLAN_METADATA);
    bool is_right_last = text_equal(right_name, TRANSFER_PLAN_METADATA);

    if (is_left_last || is_right_last) return is_left_last - is_right_last;
    return compare_names(left_name, right_name);
}

// --- names ---

bool transfer_plan_is_marker(const char *name) {
    return name[0] == '\0' || text_ends_with(name, "/");
}

static bool has_control(const char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) return true;
    return false;
}

static bool are_parts_plain(const char *name) {
    int depth = 0;

    for (const char *at = name;; at++) {
        size_t length = strcspn(at, "/");
        bool is_dots =
            (length == 1 && at[0] == '.') || (length == 2 && at[0] == '.' && at[1] == '.');
        if (length == 0 || length > PART_MAX_BYTES || is_dots || ++depth > DEPTH_MAX) return false;
        at += length;
        if (*at == '\0') return true;
    }
}

static bool is_plain_name(const char *name) {
    return strlen(name) <= TRANSFER_PLAN_NAME_MAX_BYTES && text_is_utf8(name) &&
           !has_control(name) && !text_starts_with(name, TRANSFER_PLAN_UNFINISHED) &&
           are_parts_plain(name);
}

// --- the plan ---

static void free_file(void *item) {
    struct plan_file *file = item;

    memory_free(file->name);
    memory_free(file);
}

bool transfer_plan_add(struct transfer_plan *plan, const char *name, int64_t size_bytes,
                       struct error *err) {
    struct plan_file key = {.name = memory_copy_text(name), .size_bytes = size_bytes};
    AUTO(memory_free) char *copy = key.name;

    if (!is_plain_name(name))
        return error_set(err, ERROR_INVALID, "'%.128s' cannot be the name of a file", name);
    if (size_bytes < 0 || size_bytes > SIZE_MAX_BYTES)
        return error_set(err, ERROR_INVALID, "'%.128s' is too large", name);
    if (plan->count == TRANSFER_PLAN_FILES_MAX)
        return error_set(err, ERROR_LIMIT, "there are more than %d files", TRANSFER_PLAN_FILES_MAX);
    if (tfind(&key, &plan->tree, compare) != NULL)
        return error_set(err, ERROR_INVALID, "'%.128s' is there twice", name);
    struct plan_file *file = memory_alloc(sizeof *file);
    *file = key;
    copy = NULL;
    if (tsearch(file, &plan->tree, compare) == NULL) abort();
    plan->count++;
    plan->size_bytes += size_bytes;
    return true;
}

static void collect(const void *node, VISIT visit, void *closure) {
    struct plan_file ***next = closure;

    if (visit == postorder || visit == leaf) *(*next)++ = *(struct plan_file *const *)node;
}

// May `inner` lie in the file `outer`?
static bool is_within(const char *outer, const char *inner) {
    return text_starts_with(inner, outer) && inner[strlen(outer)] == '/';
}

bool transfer_plan_close(struct transfer_plan *plan, struct error *err) {
    struct plan_file **next = plan->files =
        memory_alloc((plan->count + 1) * sizeof(struct plan_file *));

    twalk_r(plan->tree, collect, &next);
    if (plan->count == 0 || !text_equal(plan->files[plan->count - 1]->name, TRANSFER_PLAN_METADATA))
        return error_set(err, ERROR_NOT_FOUND, "there is no " TRANSFER_PLAN_METADATA);
    for (size_t index = 0; index + 1 < plan->count; index++) {
        const char *name = plan->files[index]->name;
        if (is_within(TRANSFER_PLAN_METADATA, name) ||
            is_within(name, plan->files[index + 1]->name))
            return error_set(err, ERROR_INVALID, "'%.128s' is a file and a directory", name);
    }
    return true;
}

void transfer_plan_mark(struct transfer_plan *plan, const char *name, int64_t size_bytes) {
    AUTO(memory_free) char *copy = memory_copy_text(name);
    struct plan_file key = {.name = copy};
    void *found = tfind(&key, &plan->tree, compare);
    struct plan_file *file = found == NULL ? NULL : *(struct plan_file **)found;

    if (file != NULL && file->size_bytes == size_bytes) file->is_done = true;
}

void transfer_plan_release(struct transfer_plan *plan) {
    tdestroy(plan->tree, free_file);
    memory_free(plan->files);
    *plan = (struct transfer_plan){0};
}
