#include "runtime/savepoint/state_names.h"

#include "base/text.h"
#include "runtime/savepoint/java_text.h"

#include <stdint.h>
#include <string.h>

// As writeUTF() writes them: two bytes of length, then the text.
static const char KEYED_TYPE[] = "\0\x10KEYED_STATE_TYPE";
static const char OPERATOR_MODE[] = "\0\x20OPERATOR_STATE_DISTRIBUTION_MODE";
static const char VALUE_SERIALIZER[] = "\0\x10VALUE_SERIALIZER";

// The ordinal in Flink's BackendStateType.
enum { TYPE_KEY_VALUE, TYPE_OPERATOR, TYPE_BROADCAST, TYPE_PRIORITY_QUEUE };

// StateDescriptor.Type and OperatorStateHandle.Mode, by their names in the options of a state.
static const struct {
    const char *name;
    enum savepoint_state_kind kind;
} kinds[] = {
    {"VALUE", SAVEPOINT_STATE_KEYED_VALUE},
    {"LIST", SAVEPOINT_STATE_KEYED_LIST},
    {"MAP", SAVEPOINT_STATE_KEYED_MAP},
    {"REDUCING", SAVEPOINT_STATE_KEYED_REDUCING},
    {"AGGREGATING", SAVEPOINT_STATE_KEYED_AGGREGATING},
    {"FOLDING", SAVEPOINT_STATE_KEYED_FOLDING},
    {"SPLIT_DISTRIBUTE", SAVEPOINT_STATE_LIST},
    {"UNION", SAVEPOINT_STATE_UNION_LIST},
    {"BROADCAST", SAVEPOINT_STATE_BROADCAST},
};

struct stream {
    const unsigned char *bytes;
    size_t size_bytes;
};

static bool has_marker(const struct stream *stream, size_t at, const char *marker, size_t size) {
    size_t length = size - 1;

    return stream->size_bytes - at >= length && memcmp(stream->bytes + at, marker, length) == 0;
}

// False: the number is not wholly there.
static bool number_at(const struct stream *stream, size_t at, size_t size_bytes, uint32_t *out) {
    uint32_t value = 0;

    if (at > stream->size_bytes || stream->size_bytes - at < size_bytes) return false;
    for (size_t index = 0; index < size_bytes; index++)
        value = value << 8 | stream->bytes[at + index];
    *out = value;
    return true;
}

static bool text_at(const struct stream *stream, size_t at, char out[static STATE_NAMES_TEXT_SIZE],
                    size_t *out_end) {
    uint32_t length = 0;

    if (!number_at(stream, at, 2, &length) || length >= STATE_NAMES_TEXT_SIZE) return false;
    if (stream->size_bytes - at - 2 < length) return false;
    java_text_copy(out, STATE_NAMES_TEXT_SIZE, stream->bytes + at + 2, length);
    *out_end = at + 2 + length;
    return true;
}

// The text that ends before `end`. Java's texts have no byte 0, so the last one before `end` is the
// first byte of its length.
static bool text_before(const struct stream *stream, size_t end,
                        char out[static STATE_NAMES_TEXT_SIZE]) {
    size_t text_end = 0;
    size_t least = end < STATE_NAMES_TEXT_SIZE + 2 ? 0 : end - STATE_NAMES_TEXT_SIZE - 2;

    for (size_t at = end; at-- > least;) {
        if (stream->bytes[at] != 0) continue;
        // The low byte of the length of an empty text is 0, too.
        return text_at(stream, at, out, &text_end) && text_end == end && end - at > 2;
    }
    return false;
}

// The record whose `numbers` 4-byte numbers begin at `at`, behind the name.
static bool read_name(const struct stream *stream, size_t at, struct state_names_record *out) {
    *out = (struct state_names_record){0};
    return text_before(stream, at, out->name);
}

static bool begins_with_option(const struct stream *stream, size_t at, size_t marker_size,
                               struct state_names_record *out) {
    char value[STATE_NAMES_TEXT_SIZE];
    uint32_t options = 0;
    size_t end = 0;

    // Before it: the name, the type and the number of options.
    if (at < 8 || !number_at(stream, at - 4, 4, &options) || options != 1) return false;
    if (!read_name(stream, at - 8, out)) return false;
    if (!text_at(stream, at + marker_size - 1, value, &end)) return false;
    for (size_t index = 0; index < COUNT_OF(kinds); index++)
        if (text_equal(kinds[index].name, value)) out->kind = kinds[index].kind;
    return true;
}

// Timers have no options: the name, the type, 0 options, 1 serializer.
static bool begins_with_timers(const struct stream *stream, size_t at,
                               struct state_names_record *out) {
    static const unsigned char before[] = {0, 0, 0, TYPE_PRIORITY_QUEUE, 0, 0, 0, 0, 0, 0, 0, 1};

    if (at < sizeof before ||
        memcmp(stream->bytes + at - sizeof before, before, sizeof before) != 0)
        return false;
    if (!read_name(stream, at - sizeof before, out)) return false;
    out->kind = SAVEPOINT_STATE_TIMERS;
    return true;
}

// Does a record begin with the marker at `at`?
static bool begins_record(const struct stream *stream, size_t at, struct state_names_record *out) {
    if (has_marker(stream, at, KEYED_TYPE, sizeof KEYED_TYPE))
        return begins_with_option(stream, at, sizeof KEYED_TYPE, out);
    if (has_marker(stream, at, OPERATOR_MODE, sizeof OPERATOR_MODE))
        return begins_with_option(stream, at, sizeof OPERATOR_MODE, out);
    return has_marker(stream, at, VALUE_SERIALIZER, sizeof VALUE_SERIALIZER) &&
           begins_with_timers(stream, at, out);
}

// Behind the key of the serializer: the version of the format, and the class of the snapshot.
static void read_serializer(const struct stream *stream, size_t at,
                            struct state_names_record *record) {
    size_t end = 0;

    if (record->serializer[0] != '\0') return;
    if (!has_marker(stream, at, VALUE_SERIALIZER, sizeof VALUE_SERIALIZER)) return;
    if (!text_at(stream, at + sizeof VALUE_SERIALIZER - 1 + 4, record->serializer, &end))
        record->serializer[0] = '\0';
}

bool state_names_find(const void *bytes, size_t size_bytes, bool is_whole,
                      state_names_visit_fn *visit, void *userdata) {
    struct stream stream = {bytes, size_bytes};
    struct state_names_record current = {0};
    struct state_names_record next;
    size_t last_at = 0;
    bool has_current = false;

    for (size_t at = 0; at + 1 < size_bytes; at++) {
        unsigned char low = stream.bytes[at + 1];
        if (stream.bytes[at] != 0 || (low != 0x10 && low != 0x20)) continue;
        if (begins_record(&stream, at, &next)) {
            if (has_current) visit(userdata, &current);
            current = next;
            has_current = true;
            last_at = at;
        }
        if (has_current) read_serializer(&stream, at, &current);
    }
    if (has_current) visit(userdata, &current);
    // A snapshot of a serializer of many kilobytes could hide further records behind the end.
    return has_current && (is_whole || last_at < size_bytes / 2);
}
