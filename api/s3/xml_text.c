#include "api/s3/xml_text.h"

#include <string.h>

static const char NAME_SPACE[] = "http://s3.amazonaws.com/doc/2006-03-01/";

void xml_begin(struct buffer *out) {
    (void)buffer_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

void xml_open(struct buffer *out, const char *name) {
    (void)buffer_append_format(out, "<%s>", name);
}

void xml_open_root(struct buffer *out, const char *name) {
    (void)buffer_append_format(out, "<%s xmlns=\"%s\">", name, NAME_SPACE);
}

void xml_close(struct buffer *out, const char *name) {
    (void)buffer_append_format(out, "</%s>", name);
}

static const char *escape_of(char byte) {
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void xml_element(struct buffer *out, const char *name, const char *text) {
    xml_open(out, name);
    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"\r");
        (void)buffer_append_format(out, "%.*s", (int)plain, text);
        text += plain;
        if (*text != '\0') (void)buffer_append_text(out, escape_of(*text++));
    }
    xml_close(out, name);
}

void xml_number(struct buffer *out, const char *name, int64_t value) {
    (void)buffer_append_format(out, "<%s>%lld</%s>", name, (long long)value, name);
}

void xml_bool(struct buffer *out, const char *name, bool value) {
    xml_element(out, name, value ? "true" : "false");
}
