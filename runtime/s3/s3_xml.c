#include "runtime/s3/s3_xml.h"

#include "base/buffer.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

struct reader {
    const char *at;
    const char *end;
    char path[S3_XML_PATH_SIZE];
    int depth;
    size_t parents[S3_XML_DEPTH_MAX]; // the length of the path without each open element
    struct buffer texts[S3_XML_DEPTH_MAX];
    s3_xml_visit_fn *visit;
    void *userdata;
};

static void release_reader(struct reader *reader) {
    for (size_t level = 0; level < S3_XML_DEPTH_MAX; level++)
        buffer_release(&reader->texts[level]);
}
DEFINE_AUTO_STRUCT(release_reader, struct reader);

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void skip_space(struct reader *reader) {
    while (reader->at < reader->end && is_space(*reader->at))
        reader->at++;
}

static bool starts_with(const struct reader *reader, const char *text) {
    size_t length = strlen(text);

    return (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, text, length) == 0;
}

// Moves behind the next `text`.
static bool skip_behind(struct reader *reader, const char *text) {
    const char *found = memmem(reader->at, (size_t)(reader->end - reader->at), text, strlen(text));

    if (found == NULL) return false;
    reader->at = found + strlen(text);
    return true;
}

// --- text ---

static bool append_character(struct buffer *out, unsigned long code) {
    char bytes[4];
    size_t count = 0;

    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    if (code < 0x80) {
        bytes[count++] = (char)code;
    } else if (code < 0x800) {
        bytes[count++] = (char)(0xC0 | (code >> 6));
    } else if (code < 0x10000) {
        bytes[count++] = (char)(0xE0 | (code >> 12));
        bytes[count++] = (char)(0x80 | ((code >> 6) & 0x3F));
    } else {
        bytes[count++] = (char)(0xF0 | (code >> 18));
        bytes[count++] = (char)(0x80 | ((code >> 12) & 0x3F));
        bytes[count++] = (char)(0x80 | ((code >> 6) & 0x3F));
    }
    if (code >= 0x80) bytes[count++] = (char)(0x80 | (code & 0x3F));
    return buffer_append(out, bytes, count, NULL);
}

// "#38" or "#x26"
static bool append_reference(struct buffer *out, const char *digits) {
    bool is_hex = digits[0] == 'x';
    unsigned long code = 0;

    if (is_hex) digits++;
    if (digits[0] == '\0') return false;
    for (; *digits != '\0' && code <= 0x10FFFF; digits++) {
        unsigned char byte = (unsigned char)*digits;
        if (!(is_hex ? isxdigit(byte) : isdigit(byte))) return false;
        unsigned value = (unsigned)(isdigit(byte) ? byte - '0' : tolower(byte) - 'a' + 10);
        code = code * (is_hex ? 16 : 10) + value;
    }
    return append_character(out, code);
}

static bool append_entity(struct reader *reader, struct buffer *out) {
    static const struct {
        const char *name;
        const char *text;
    } known[] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
    char name[12];
    size_t length = 0;

    reader->at++; // '&'
    while (reader->at < reader->end && *reader->at != ';' && length < sizeof name - 1)
        name[length++] = *reader->at++;
    name[length] = '\0';
    if (reader->at == reader->end || *reader->at++ != ';') return false;
    if (name[0] == '#') return append_reference(out, name + 1);
    for (size_t index = 0; index < COUNT_OF(known); index++)
        if (text_equal(name, known[index].name))
            return buffer_append(out, known[index].text, 1, NULL);
    return false;
}

static bool read_text(struct reader *reader) {
    while (reader->at < reader->end && *reader->at != '<') {
        const char *from = reader->at;
        bool is_blank = reader->depth == 0 && is_space(*from);
        if (reader->depth == 0 && !is_blank) return false; // outside of the root
        if (is_blank) {
            reader->at++;
            continue;
        }
        struct buffer *out = &reader->texts[reader->depth - 1];
        if (*from == '&') {
            if (!append_entity(reader, out)) return false;
            continue;
        }
        while (reader->at < reader->end && *reader->at != '<' && *reader->at != '&')
            reader->at++;
        if (memchr(from, '\0', (size_t)(reader->at - from)) != NULL ||
            !buffer_append(out, from, (size_t)(reader->at - from), NULL))
            return false;
    }
    return true;
}

// --- elements ---

static bool is_name_byte(char byte) {
    return isalnum((unsigned char)byte) || strchr("_-.:", byte) != NULL;
}

static size_t name_length(const struct reader *reader) {
    const char *at = reader->at;

    while (at < reader->end && *at != '\0' && is_name_byte(*at))
        at++;
    return (size_t)(at - reader->at);
}

static bool skip_attributes(struct reader *reader) {
    for (skip_space(reader); reader->at < reader->end && *reader->at != '>' && *reader->at != '/';
         skip_space(reader)) {
        size_t length = name_length(reader);
        if (length == 0) return false;
        reader->at += length;
        skip_space(reader);
        if (!starts_with(reader, "=")) return false;
        reader->at++;
        skip_space(reader);
        if (starts_with(reader, "\"")) {
            reader->at++;
            if (!skip_behind(reader, "\"")) return false;
        } else if (starts_with(reader, "'")) {
            reader->at++;
            if (!skip_behind(reader, "'")) return false;
        } else {
            return false;
        }
    }
    return true;
}

static bool end_element(struct reader *reader) {
    reader->depth--;
    if (!reader->visit(reader->userdata, reader->path, buffer_text(&reader->texts[reader->depth])))
        return false;
    buffer_release(&reader->texts[reader->depth]);
    reader->path[reader->parents[reader->depth]] = '\0';
    return true;
}

static bool read_start(struct reader *reader) {
    size_t length = strlen(reader->path);

    reader->at++; // '<'
    size_t name = name_length(reader);
    if (name == 0 || reader->depth == S3_XML_DEPTH_MAX || length + 1 + name >= sizeof reader->path)
        return false;
    reader->parents[reader->depth] = length;
    reader->texts[reader->depth] = BUFFER_INIT(S3_XML_TEXT_MAX_BYTES);
    reader->depth++;
    if (length > 0) reader->path[length++] = '/';
    memcpy(reader->path + length, reader->at, name);
    reader->path[length + name] = '\0';
    reader->at += name;
    if (!skip_attributes(reader)) return false;
    if (starts_with(reader, "/>")) {
        reader->at += 2;
        return end_element(reader);
    }
    if (!starts_with(reader, ">")) return false;
    reader->at++;
    return true;
}

static bool read_end(struct reader *reader) {
    reader->at += 2; // "</"
    size_t name = name_length(reader);
    if (reader->depth == 0) return false;
    size_t begin = reader->parents[reader->depth - 1];
    if (begin > 0) begin++; // '/'
    if (strlen(reader->path + begin) != name || memcmp(reader->path + begin, reader->at, name) != 0)
        return false;
    reader->at += name;
    skip_space(reader);
    if (!starts_with(reader, ">")) return false;
    reader->at++;
    return end_element(reader);
}

static bool read_document(struct reader *reader) {
    bool has_root = false;

    skip_space(reader);
    if (starts_with(reader, "<?xml") && !skip_behind(reader, "?>")) return false;
    while (reader->at < reader->end) {
        if (!read_text(reader)) return false;
        if (reader->at == reader->end) break;
        if (starts_with(reader, "</")) {
            if (!read_end(reader)) return false;
            continue;
        }
        if (reader->depth == 0 && has_root) return false; // one root
        has_root = true;
        if (!read_start(reader)) return false;
    }
    return has_root && reader->depth == 0;
}

bool s3_xml_read(const char *bytes, size_t size_bytes, s3_xml_visit_fn *visit, void *userdata,
                 struct error *err) {
    AUTO(release_reader)
    struct reader reader = {
        .at = bytes, .end = bytes + size_bytes, .visit = visit, .userdata = userdata};

    return read_document(&reader) ||
           error_set(err, ERROR_INVALID, "the answer is not the XML that was expected");
}
