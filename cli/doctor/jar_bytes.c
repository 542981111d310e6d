#include "cli/doctor/jar_bytes.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

// --- is it complete? ---

static uint32_t read_16(const unsigned char *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t read_32(const unsigned char *at) {
    return read_16(at) | read_16(at + 2) << 16;
}

enum { END_BYTES = 22, COMMENT_MAX_BYTES = 65535 };

// Is there an end record at `at` that fits the bytes before and after it?
static bool is_end(const unsigned char *bytes, size_t size_bytes, size_t at) {
    const unsigned char *end = bytes + at;

    if (memcmp(end, "PK\5\6", 4) != 0) return false;
    uint64_t directory_bytes = read_32(end + 12);
    uint64_t directory = read_32(end + 16);
    if (at + END_BYTES + read_16(end + 20) != size_bytes) return false;
    // An archive of more than 4 GiB or 65535 entries has the true numbers in another record.
    if (directory == 0xFFFFFFFF || read_16(end + 10) == 0xFFFF) return true;
    if (directory + directory_bytes > at) return false;
    return read_16(end + 10) == 0 || memcmp(bytes + at - directory_bytes, "PK\1\2", 4) == 0;
}

bool jar_is_complete(const unsigned char *bytes, size_t size_bytes) {
    if (size_bytes < END_BYTES) return false;
    size_t last = size_bytes - END_BYTES;
    size_t first = last > COMMENT_MAX_BYTES ? last - COMMENT_MAX_BYTES : 0;
    for (size_t at = last + 1; at-- > first;)
        if (is_end(bytes, size_bytes, at)) return true;
    return false;
}

// --- the manifest ---

// The length of the line at `at`, without its line break.
static size_t line_end(const char *at) {
    return strcspn(at, "\r\n");
}

static const char *next_line(const char *at) {
    at += line_end(at);
    if (*at == '\r') at++;
    if (*at == '\n') at++;
    return at;
}

bool jar_manifest_value(const char *manifest, const char *key, char *out, size_t size_bytes) {
    size_t key_length = strlen(key);

    // The main attributes end at the first empty line.
    for (const char *at = manifest; line_end(at) > 0; at = next_line(at)) {
        if (strncasecmp(at, key, key_length) != 0 || at[key_length] != ':') continue;
        size_t used = 0;
        const char *part = at + key_length + 1;
        part += strspn(part, " ");
        do {
            size_t length = line_end(part);
            if (used + length >= size_bytes) return false;
            memcpy(out + used, part, length);
            used += length;
            part = next_line(part);
        } while (*part++ == ' '); // a line that begins with a space continues the one before
        while (used > 0 && isspace((unsigned char)out[used - 1]))
            used--;
        out[used] = '\0';
        return used > 0;
    }
    return false;
}

bool jar_manifest_main_class(const char *manifest, char *out, size_t size_bytes) {
    // Flink's attribute overrides the usual one.
    return jar_manifest_value(manifest, "program-class", out, size_bytes) ||
           jar_manifest_value(manifest, "Main-Class", out, size_bytes);
}

// --- the name ---

// The length of a name without "-1.2.3", "-1.0-SNAPSHOT" and the like.
static size_t length_without_version(const char *name, size_t length) {
    for (size_t at = 1; at + 1 < length; at++)
        if (name[at] == '-' && name[at + 1] >= '0' && name[at + 1] <= '9') return at;
    return length;
}

void jar_application_name(const char *path, char *out, size_t size_bytes) {
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t length = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    size_t used = 0;

    length = length_without_version(name, length);
    for (size_t at = 0; at < length && used + 1 < size_bytes; at++) {
        bool is_fine = isalnum((unsigned char)name[at]) || strchr("_.-", name[at]) != NULL;
        out[used++] = is_fine ? name[at] : '-';
    }
    out[used] = '\0';
    if (used == 0) (void)text_copy(out, size_bytes, "application");
}
