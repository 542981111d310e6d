// Reads a body in the encoding "aws-chunked", which AWS SDKs use to send a checksum behind the
// bytes, or a signature with each chunk (facts/api.md 3.3). Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNK_LINE_MAX_BYTES 1024

enum chunk_place {
    CHUNK_SIZE, // the line before a chunk
    CHUNK_DATA,
    CHUNK_DATA_END, // the end of line behind it
    CHUNK_TRAILER,
    CHUNK_ENDED,
};

// What it finds. Each returns false to end the reading.
struct chunk_sink {
    // The beginning of a chunk, of 0 bytes the last one. `signature`: "" = none.
    bool (*chunk)(void *userdata, const char *signature);
    bool (*bytes)(void *userdata, const char *bytes, size_t size_bytes);
    bool (*trailer)(void *userdata, const char *name, const char *value);
    void *userdata;
};

// All zero at the beginning.
struct chunk_reader {
    enum chunk_place place;
    uint64_t left_bytes; // of the chunk
    char line[CHUNK_LINE_MAX_BYTES];
    size_t line_bytes;
};

// False: not of that form, or the sink has ended it.
bool chunk_reader_add(struct chunk_reader *reader, const char *bytes, size_t size_bytes,
                      const struct chunk_sink *sink);
bool chunk_reader_has_ended(const struct chunk_reader *reader);
