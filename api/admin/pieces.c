#include "api/admin/pieces.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16384 };

void pieces_sleep(const struct pieces_connection *connection) {
    connection->sleep(connection->userdata);
}

void pieces_wake(const struct pieces_connection *connection) {
    connection->wake(connection->userdata);
}

struct MHD_Response *pieces_response(MHD_ContentReaderCallback read, void *source) {
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read, source, NULL);

    if (response == NULL) abort();
    return response;
}

ssize_t pieces_copy(const char *text, size_t text_bytes, size_t *sent_bytes, char *out,
                    size_t size_bytes) {
    size_t left_bytes = text_bytes - *sent_bytes;
    size_t now_bytes = left_bytes < size_bytes ? left_bytes : size_bytes;

    memcpy(out, text + *sent_bytes, now_bytes);
    *sent_bytes += now_bytes;
    return (ssize_t)now_bytes;
}
