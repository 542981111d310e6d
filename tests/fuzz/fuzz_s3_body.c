// Bodies of requests to the S3 endpoint: the encoding aws-chunked, and the documents that name keys
// and parts. What was decoded does not depend on how the body arrives in pieces.
#include "api/s3/chunk_reader.h"
#include "api/s3/s3_documents.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "fuzz/fuzz.h"

#include <string.h>

static bool on_chunk(void *userdata, const char *signature) {
    (void)userdata;
    FUZZ_EXPECT(strlen(signature) < CHUNK_LINE_MAX_BYTES);
    return true;
}

static bool on_bytes(void *userdata, const char *bytes, size_t size_bytes) {
    return buffer_append(userdata, bytes, size_bytes, NULL);
}

static bool on_trailer(void *userdata, const char *name, const char *value) {
    (void)userdata;
    FUZZ_EXPECT(strchr(name, ':') == NULL && strlen(value) < CHUNK_LINE_MAX_BYTES);
    return true;
}

static bool decode(const char *bytes, size_t size_bytes, size_t piece_bytes, struct buffer *out) {
    struct chunk_sink sink = {
        .chunk = on_chunk, .bytes = on_bytes, .trailer = on_trailer, .userdata = out};
    struct chunk_reader reader = {0};

    for (size_t at = 0; at < size_bytes; at += piece_bytes)
        if (!chunk_reader_add(&reader, bytes + at,
                              size_bytes - at < piece_bytes ? size_bytes - at : piece_bytes, &sink))
            return false;
    return chunk_reader_has_ended(&reader);
}

static void check_chunks(const char *bytes, size_t size_bytes) {
    AUTO(buffer_release) struct buffer whole = BUFFER_INIT(size_bytes);
    AUTO(buffer_release) struct buffer pieces = BUFFER_INIT(size_bytes);
    bool is_right = decode(bytes, size_bytes, size_bytes + 1, &whole);

    FUZZ_EXPECT(decode(bytes, size_bytes, 3, &pieces) == is_right);
    FUZZ_EXPECT(whole.size_bytes == pieces.size_bytes);
    FUZZ_EXPECT(memcmp(buffer_text(&whole), buffer_text(&pieces), whole.size_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *bytes = (const char *)data;
    AUTO(memory_free) struct s3_deletion *deletion = memory_alloc(sizeof *deletion);
    AUTO(memory_free) struct s3_completion *completion = memory_alloc(sizeof *completion);
    struct s3_fault fault = {0};

    check_chunks(bytes, size);
    if (s3_deletion_read(bytes, size, deletion, &fault)) FUZZ_EXPECT(deletion->count > 0);
    s3_deletion_release(deletion);
    if (s3_completion_read(bytes, size, completion, &fault))
        for (int index = 0; index < completion->count; index++)
            FUZZ_EXPECT(completion->parts[index].number > 0 &&
                        completion->parts[index].number <= OBJECT_PARTS_MAX);
    return 0;
}
