#include "openapi/violation.h"

#include "openapi/java_text.h"

#include <ctype.h>
#include <inttypes.h>

void violations_release(struct violations *all) {
    buffer_release(&all->text);
    buffer_release(&all->path);
}

// --- the path ---

size_t violations_enter_member(struct violations *all, const char *name) {
    size_t length = all->path.size_bytes;

    if (length > 0) (void)buffer_append_text(&all->path, ".");
    size_t first = all->path.size_bytes;
    (void)buffer_append_text(&all->path, name);
    if (all->path.size_bytes > first)
        all->path.data[first] = (char)tolower((unsigned char)all->path.data[first]);
    return length;
}

size_t violations_enter_element(struct violations *all, size_t index) {
    size_t length = all->path.size_bytes;

    (void)buffer_append_format(&all->path, ".%zu.member", index + 1);
    return length;
}

size_t violations_enter_value(struct violations *all, const char *key) {
    size_t length = all->path.size_bytes;

    (void)buffer_append_text(&all->path, ".");
    (void)buffer_append_text(&all->path, key);
    (void)buffer_append_text(&all->path, ".member");
    return length;
}

void violations_leave(struct violations *all, size_t length) {
    all->path.size_bytes = length;
    if (all->path.data != NULL) all->path.data[length] = '\0';
}

// --- rules ---

static void print_bound(struct buffer *out, const struct schema *schema, bool is_upper) {
    bool is_number = schema->type == SCHEMA_INTEGER || schema->type == SCHEMA_LONG;

    (void)buffer_append_format(out, "Member must have %s %s than or equal to %" PRId64,
                               is_number ? "value" : "length", is_upper ? "less" : "greater",
                               is_upper ? schema->maximum : schema->minimum);
}

static void print_enum(struct buffer *out, const struct schema *schema) {
    (void)buffer_append_text(out, "Member must satisfy enum value set: [");
    for (size_t index = 0; index < schema->enum_count; index++)
        (void)buffer_append_format(out, "%s%s", index == 0 ? "" : ", ", schema->enum_values[index]);
    (void)buffer_append_text(out, "]");
}

static void print_pattern(struct buffer *out, const struct schema *schema) {
    (void)buffer_append_format(out, "Member must satisfy regular expression pattern: %s",
                               pattern_text(schema->pattern));
}

static void separate(struct buffer *out, bool *is_first) {
    if (!*is_first) (void)buffer_append_text(out, ", ");
    *is_first = false;
}

// Prints all rules of the texts in a container, not only the violated one.
static void print_rules_of_texts(struct buffer *out, const char *subject,
                                 const struct schema *texts) {
    bool is_first = true;

    (void)buffer_append_format(out, "%s must satisfy constraint: [", subject);
    if (texts->has_maximum) {
        separate(out, &is_first);
        print_bound(out, texts, true);
    }
    if (texts->has_minimum) {
        separate(out, &is_first);
        print_bound(out, texts, false);
    }
    if (texts->enum_values != NULL) {
        separate(out, &is_first);
        print_enum(out, texts);
    }
    if (texts->pattern != NULL) {
        separate(out, &is_first);
        print_pattern(out, texts);
    }
    (void)buffer_append_text(out, "]");
}

static void print_rule(struct buffer *out, const struct schema *schema, enum violation violation) {
    switch (violation) {
    case VIOLATION_NULL:
        (void)buffer_append_text(out, "Member must not be null");
        break;
    case VIOLATION_ENUM:
        print_enum(out, schema);
        break;
    case VIOLATION_PATTERN:
        print_pattern(out, schema);
        break;
    case VIOLATION_ELEMENTS:
        print_rules_of_texts(out, "Member", schema->values);
        break;
    case VIOLATION_KEYS:
        print_rules_of_texts(out, "Map keys", schema->key);
        break;
    case VIOLATION_VALUES:
        print_rules_of_texts(out, "Map value", schema->values);
        break;
    }
}

// --- adding ---

bool violations_are_full(const struct violations *all) {
    return all->count == VIOLATIONS_MAX;
}

// False: the list is full.
static bool begin(struct violations *all, const struct schema *schema, json_t *value) {
    AUTO(buffer_release) struct buffer shown = BUFFER_INIT(VIOLATION_VALUE_MAX_BYTES);

    if (violations_are_full(all)) return false;
    if (all->count++ > 0) (void)buffer_append_text(&all->text, "; ");
    if (value == NULL) {
        (void)buffer_append_text(&all->text, "Value null");
    } else {
        bool is_whole = java_text_append(&shown, schema, value);
        (void)buffer_append_format(&all->text, "Value '%s%s'", buffer_text(&shown),
                                   is_whole ? "" : "...");
    }
    (void)buffer_append_format(&all->text,
                               " at '%s' failed to satisfy constraint: ", buffer_text(&all->path));
    return true;
}

void violations_add(struct violations *all, const struct schema *schema, json_t *value,
                    enum violation violation) {
    if (begin(all, schema, value)) print_rule(&all->text, schema, violation);
}

void violations_add_bounds(struct violations *all, const struct schema *schema, json_t *value,
                           int64_t size) {
    if (schema->has_maximum && size > schema->maximum && begin(all, schema, value))
        print_bound(&all->text, schema, true);
    if (schema->has_minimum && size < schema->minimum && begin(all, schema, value))
        print_bound(&all->text, schema, false);
}

void violations_print(const struct violations *all, struct buffer *out_text) {
    (void)buffer_append_format(out_text, "%zu validation error%s detected: ", all->count,
                               all->count == 1 ? "" : "s");
    (void)buffer_append_text(out_text, buffer_text(&all->text));
}
