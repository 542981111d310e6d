#include "openapi/pattern.h"

#include "base/memory.h"
#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char OPEN[] = "^(?:";
static const char CLOSE[] = ")$";
// Steps of one match: far more than the document's patterns need for their longest text.
static const uint32_t MATCH_LIMIT = 1000000;
static const uint32_t HEAP_LIMIT_KIB = 1024;
static const size_t LENGTH_MAX = 4096;

struct pattern {
    char *text;
    pcre2_code *code;
};

static pcre2_code *compile(const char *text, int *out_code, PCRE2_SIZE *out_offset) {
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);

    if (context == NULL) abort();
    // In Java, "." does not match a line terminator of Unicode.
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    (void)pcre2_set_max_pattern_length(context, LENGTH_MAX);
    // DOLLAR_ENDONLY: "$" does not match before a final line feed. jansson has checked the UTF-8.
    // ALT_BSUX: "\u001F" is a character, as in Java.
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                                         PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_NO_UTF_CHECK,
                                     out_code, out_offset, context);
    pcre2_compile_context_free(context);
    return code;
}

bool pattern_compile(const char *source, struct pattern **out_pattern, struct error *err) {
    PCRE2_UCHAR reason[128];
    PCRE2_SIZE offset;
    int code;
    size_t length = strlen(source);
    size_t frame = strlen(OPEN) + strlen(CLOSE);

    if (length < frame || !text_starts_with(source, OPEN) || !text_ends_with(source, CLOSE))
        return error_set(err, ERROR_INVALID, "pattern '%s' is not of the form ^(?:...)$", source);
    AUTO(memory_free) char *text = memory_copy_text(source + strlen(OPEN));
    text[length - frame] = '\0';
    pcre2_code *compiled = compile(text, &code, &offset);
    if (compiled == NULL) {
        (void)pcre2_get_error_message(code, reason, sizeof reason);
        return error_set(err, ERROR_INVALID, "pattern '%s': %s", text, (const char *)reason);
    }
    struct pattern *pattern = memory_alloc(sizeof *pattern);
    *pattern = (struct pattern){.text = TAKE(text), .code = compiled};
    *out_pattern = pattern;
    return true;
}

void pattern_free(struct pattern *pattern) {
    if (pattern == NULL) return;
    pcre2_code_free(pattern->code);
    memory_free(pattern->text);
    memory_free(pattern);
}

bool pattern_matches(const struct pattern *pattern, const char *text, size_t size_bytes) {
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);

    if (match == NULL || context == NULL) abort();
    (void)pcre2_set_match_limit(context, MATCH_LIMIT);
    (void)pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
    int code = pcre2_match(pattern->code, (PCRE2_SPTR)text, size_bytes, 0, PCRE2_NO_UTF_CHECK,
                           match, context);
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    return code >= 0;
}

const char *pattern_text(const struct pattern *pattern) {
    return pattern->text;
}
