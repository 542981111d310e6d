// Responses that are sent piece by piece, as their text comes into being.
#pragma once

#include <microhttpd.h>

// The connection of such a response. It sleeps while there is nothing to send.
struct pieces_connection {
    void (*sleep)(void *userdata);
    void (*wake)(void *userdata);
    void *userdata;
};

void pieces_sleep(const struct pieces_connection *connection);
void pieces_wake(const struct pieces_connection *connection);

// A response that `read` fills from `source`, which must live as long as the connection.
struct MHD_Response *pieces_response(MHD_ContentReaderCallback read, void *source);

// Copies the unsent rest of a text, as much as fits, and adds that to *sent_bytes. 0: all is sent.
ssize_t pieces_copy(const char *text, size_t text_bytes, size_t *sent_bytes, char *out,
                    size_t size_bytes);
