#include "api/s3/chunk_reader.h"

#include "base/text.h"

#include <string.h>

// Of one chunk: more digits could not be counted.
enum { SIZE_DIGITS_MAX = 12 };

static bool read_size(const char *digits, size_t count, uint64_t *out_bytes) {
    uint64_t value = 0;

    if (count == 0 || count > SIZE_DIGITS_MAX) return false;
    for (size_t index = 0; index < count; index++) {
        static const char HEX[] = "0123456789abcdef";
        const char *place = strchr(HEX, digits[index] | 0x20);
        if (digits[index] == '\0' || place == NULL) return false;
        value = value * 16 + (uint64_t)(place - HEX);
    }
    *out_bytes = value;
    return true;
}

// "400;chunk-signature=<hex>"
static bool on_size_line(struct chunk_reader *reader, const struct chunk_sink *sink) {
    static const char SIGNATURE[] = ";chunk-signature=";
    size_t digits = strcspn(reader->line, ";");
    const char *rest = reader->line + digits;
    const char *signature = text_starts_with(rest, SIGNATURE) ? rest + strlen(SIGNATURE) : "";

    if (!read_size(reader->line, digits, &reader->left_bytes)) return false;
    if (!sink->chunk(sink->userdata, signature)) return false;
    reader->place = reader->left_bytes == 0 ? CHUNK_TRAILER : CHUNK_DATA;
    return true;
}

// "name:value", or the empty line at the end
static bool on_trailer_line(struct chunk_reader *reader, const struct chunk_sink *sink) {
    char *colon = strchr(reader->line, ':');

    if (reader->line[0] == '\0') {
        reader->place = CHUNK_ENDED;
        return true;
    }
    if (colon == NULL) return false;
    *colon = '\0';
    return sink->trailer(sink->userdata, reader->line, colon + 1 + strspn(colon + 1, " "));
}

static bool on_line(struct chunk_reader *reader, const struct chunk_sink *sink) {
    switch (reader->place) {
    case CHUNK_SIZE:
        return on_size_line(reader, sink);
    case CHUNK_DATA_END:
        reader->place = CHUNK_SIZE;
        return reader->line[0] == '\0';
    case CHUNK_TRAILER:
        return on_trailer_line(reader, sink);
    case CHUNK_DATA:
    case CHUNK_ENDED:
        break;
    }
    return false;
}

// Lines end with CR LF; the trailers of some clients with LF alone.
static bool add_to_line(struct chunk_reader *reader, char byte, const struct chunk_sink *sink) {
    if (byte != '\n') {
        if (byte == '\0' || reader->line_bytes == sizeof reader->line - 1) return false;
        reader->line[reader->line_bytes++] = byte;
        return true;
    }
    if (reader->line_bytes > 0 && reader->line[reader->line_bytes - 1] == '\r')
        reader->line_bytes--;
    reader->line[reader->line_bytes] = '\0';
    reader->line_bytes = 0;
    return on_line(reader, sink);
}

// Returns how many bytes it used; 0: the sink has ended it.
static size_t add_data(struct chunk_reader *reader, const char *bytes, size_t size_bytes,
                       const struct chunk_sink *sink) {
    size_t used = size_bytes < reader->left_bytes ? size_bytes : (size_t)reader->left_bytes;

    if (!sink->bytes(sink->userdata, bytes, used)) return 0;
    reader->left_bytes -= used;
    if (reader->left_bytes == 0) reader->place = CHUNK_DATA_END;
    return used;
}

bool chunk_reader_add(struct chunk_reader *reader, const char *bytes, size_t size_bytes,
                      const struct chunk_sink *sink) {
    for (size_t at = 0; at < size_bytes;) {
        if (reader->place == CHUNK_ENDED) return false;
        if (reader->place == CHUNK_DATA) {
            size_t used = add_data(reader, bytes + at, size_bytes - at, sink);
            if (used == 0) return false;
            at += used;
        } else if (!add_to_line(reader, bytes[at++], sink)) {
            return false;
        }
    }
    return true;
}

bool chunk_reader_has_ended(const struct chunk_reader *reader) {
    return reader->place == CHUNK_ENDED ||
           (reader->place == CHUNK_TRAILER && reader->line_bytes == 0);
}
