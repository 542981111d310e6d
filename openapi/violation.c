#include "openapi/violation.h"

#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static size_t enter(struct violations *all, const char *part) {
    size_t length = strlen(all->path);

    (void)text_copy(all->path + length, sizeof all->path - length, part);
    return length;
}

size_t violations_enter_member(struct violations *all, const char *name) {
    size_t length = strlen(all->path);

    if (length > 0) (void)enter(all, ".");
    size_t at = strlen(all->path);
    (void)enter(all, name);
    all->path[at] = (char)tolower((unsigned char)all->path[at]);
    return length;
}

size_t violations_enter_element(struct violations *all, size_t index) {
    char part[40];

    (void)text_format(part, sizeof part, ".%zu.member", index + 1);
    return enter(all, part);
}

size_t violations_enter_value(struct violations *all, const char *key) {
    size_t length = enter(all, ".");

    (void)enter(all, key);
    (void)enter(all, ".member");
    return length;
}

void violations_leave(struct violations *all, size_t length) {
    all->path[length] = '\0';
}

// --- values, as the service's Java prints them ---

static void print_value(struct buffer *out, json_t *value);

static void print_list(struct buffer *out, json_t *list) {
    size_t index;
    json_t *entry;

    (void)buffer_append_text(out, "[");
    json_array_foreach(list, index, entry) {
        if (index > 0) (void)buffer_append_text(out, ", ");
        print_value(out, entry);
    }
    (void)buffer_append_text(out, "]");
}

static void print_map(struct buffer *out, json_t *map) {
    const char *separator = "";
    const char *key;
    json_t *entry;

    (void)buffer_append_text(out, "{");
    json_object_foreach(map, key, entry) {
        (void)buffer_append_format(out, "%s%s=", separator, key);
        print_value(out, entry);
        separator = ", ";
    }
    (void)buffer_append_text(out, "}");
}

static void print_value(struct buffer *out, json_t *value) {
    if (json_is_string(value))
        (void)buffer_append_text(out, json_string_value(value));
    else if (json_is_array(value))
        print_list(out, value);
    else if (json_is_object(value))
        print_map(out, value);
    else if (json_is_integer(value))
        (void)buffer_append_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        (void)buffer_append_format(out, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        (void)buffer_append_text(out, json_is_true(value) ? "true" : "false");
    else
        (void)buffer_append_text(out, "null");
}

// --- adding ---

// False when the message is full.
static bool begin(struct violations *all, json_t *value) {
    if (all->count == VIOLATIONS_MAX) return false;
    if (all->count++ > 0) (void)buffer_append_text(all->text, "; ");
    if (value == NULL) {
        (void)buffer_append_text(all->text, "Value null");
    } else {
        (void)buffer_append_text(all->text, "Value '");
        print_value(all->text, value);
        (void)buffer_append_text(all->text, "'");
    }
    (void)buffer_append_format(all->text, " at '%s' failed to satisfy constraint: ", all->path);
    return true;
}

void violations_add(struct violations *all, json_t *value, const char *rule, ...) {
    char text[512];
    va_list arguments;

    if (!begin(all, value)) return;
    va_start(arguments, rule);
    (void)vsnprintf(text, sizeof text, rule, arguments);
    va_end(arguments);
    (void)buffer_append_text(all->text, text);
}

void violations_add_enum(struct violations *all, json_t *value, const struct schema *schema) {
    if (!begin(all, value)) return;
    (void)buffer_append_text(all->text, "Member must satisfy enum value set: [");
    for (size_t index = 0; index < schema->enum_count; index++)
        (void)buffer_append_format(all->text, "%s%s", index == 0 ? "" : ", ",
                                   schema->enum_values[index]);
    (void)buffer_append_text(all->text, "]");
}

void violations_add_length_of(struct violations *all, json_t *value, const char *subject,
                              const struct schema *schema) {
    const char *separator = "";

    if (!begin(all, value)) return;
    (void)buffer_append_format(all->text, "%s must satisfy constraint: [", subject);
    if (schema->has_maximum) {
        (void)buffer_append_format(
            all->text, "Member must have length less than or equal to %" PRId64, schema->maximum);
        separator = ", ";
    }
    if (schema->has_minimum) {
        (void)buffer_append_format(all->text,
                                   "%sMember must have length greater than or equal to %" PRId64,
                                   separator, schema->minimum);
        separator = ", ";
    }
    if (schema->pattern != NULL)
        (void)buffer_append_format(all->text,
                                   "%sMember must satisfy regular expression pattern: %s",
                                   separator, schema->pattern_text);
    (void)buffer_append_text(all->text, "]");
}

void violations_print(const struct violations *all, struct buffer *out_text) {
    (void)buffer_append_format(out_text, "%zu validation error%s detected: ", all->count,
                               all->count == 1 ? "" : "s");
    (void)buffer_append_text(out_text, buffer_text(all->text));
}
