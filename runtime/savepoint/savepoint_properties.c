#include "runtime/savepoint/savepoint_properties.h"

#include <string.h>

enum { PROPERTIES_MAX_BYTES = 4096 }; // about 800 in all versions

// The stream's header, then an object and its class.
static const char BEGINNING[] =
    "\xAC\xED\0\x05sr\0\x38org.apache.flink.runtime.checkpoint.CheckpointProperties";

// As Java writes a text of that class or constant: two bytes of length, then the text.
#define SHORT_TEXT(length, text) "\0" length text
static const char SAVEPOINT_TYPE[] =
    SHORT_TEXT("\x31", "org.apache.flink.runtime.checkpoint.SavepointType");
static const char CHECKPOINT_TYPE[] =
    SHORT_TEXT("\x32", "org.apache.flink.runtime.checkpoint.CheckpointType");
static const char CANONICAL[] = "t" SHORT_TEXT("\x09", "CANONICAL");
static const char NATIVE[] = "t" SHORT_TEXT("\x06", "NATIVE");

#define HAS(bytes, size, text) (memmem(bytes, size, text, sizeof(text) - 1) != NULL)

static enum savepoint_kind kind_of(const char *bytes, size_t size) {
    if (HAS(bytes, size, CHECKPOINT_TYPE)) return SAVEPOINT_CHECKPOINT;
    if (!HAS(bytes, size, SAVEPOINT_TYPE)) return SAVEPOINT_UNKNOWN;
    if (HAS(bytes, size, CANONICAL)) return SAVEPOINT_CANONICAL;
    return HAS(bytes, size, NATIVE) ? SAVEPOINT_NATIVE : SAVEPOINT_UNKNOWN;
}

enum savepoint_kind savepoint_properties_read(struct metadata_reader *reader) {
    char bytes[PROPERTIES_MAX_BYTES];
    int64_t at = reader->position;
    int64_t left = reader->size_bytes - at;
    size_t size = left < (int64_t)sizeof bytes ? (size_t)left : sizeof bytes;

    metadata_reader_bytes(reader, bytes, size);
    if (size >= sizeof BEGINNING - 1 && memcmp(bytes, BEGINNING, sizeof BEGINNING - 1) == 0)
        return kind_of(bytes, size);
    metadata_reader_fail(reader, at, "the properties of the checkpoint are not there");
    return SAVEPOINT_UNKNOWN;
}
