#include "api/admin/event_stream.h"

#include "base/memory.h"

#include <string.h>

// Half of the idle time-out. A comment that cannot be sent shows that the client has gone.
static const int64_t COMMENT_AFTER_MS = 25000;

struct event_stream {
    struct event_stream_options options;
    struct event_wait *wait; // NULL: there is something to send
    char *text;
    size_t sent_bytes;
    bool is_over; // the application is gone
};

static void on_events(void *userdata, const struct admin_reply *reply, int64_t last_sequence) {
    struct event_stream *stream = userdata;

    stream->wait = NULL;
    stream->is_over = reply->status != 200;
    memory_free(stream->text);
    stream->text = memory_copy_text(reply->body);
    stream->sent_bytes = 0;
    stream->options.question.after_sequence = last_sequence;
    pieces_wake(&stream->options.connection);
}

static ssize_t read_some(void *userdata, uint64_t position, char *out, size_t size_bytes) {
    struct event_stream *stream = userdata;

    (void)position;
    if (stream->is_over) return MHD_CONTENT_READER_END_OF_STREAM;
    ssize_t count =
        pieces_copy(stream->text, strlen(stream->text), &stream->sent_bytes, out, size_bytes);
    if (count > 0) return count;
    // Waits from a later turn on, when the writes of this one are committed. A server that ends
    // resumes its connections, so this is called once more while it waits.
    if (stream->wait == NULL)
        stream->wait =
            event_wait_begin(stream->options.waits, &stream->options.question, on_events, stream);
    pieces_sleep(&stream->options.connection);
    return 0;
}

struct event_stream *event_stream_new(const struct event_stream_options *options,
                                      const char *text) {
    struct event_stream *stream = memory_alloc(sizeof *stream);

    stream->options = *options;
    stream->options.question.is_stream = true;
    stream->options.question.is_later = true;
    stream->options.question.wait_ms = COMMENT_AFTER_MS;
    stream->text = memory_copy_text(text);
    return stream;
}

struct MHD_Response *event_stream_response(struct event_stream *stream) {
    struct MHD_Response *response = pieces_response(read_some, stream);

    (void)MHD_add_response_header(response, "Cache-Control", "no-cache");
    return response;
}

void event_stream_free(struct event_stream *stream) {
    if (stream == NULL) return;
    if (stream->wait != NULL) event_wait_cancel(stream->wait);
    memory_free(stream->text);
    memory_free(stream);
}
