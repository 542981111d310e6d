#include "api/admin/exposition_reply.h"

#include "base/log.h"
#include "base/memory.h"

#include <stdlib.h>

static const size_t PIECE_MAX_BYTES = (size_t)4 << 20; // far more than 200 applications need

struct exposition_reply {
    struct exposition_reply_options options;
    struct exposition *exposition;
    sd_event_source *next; // makes a piece
    struct buffer piece;
    size_t sent_bytes;
    bool has_more;
    bool has_failed;
};

// In a later turn than the request, whose writes are committed by then.
static int on_next(sd_event_source *source, void *userdata) {
    struct exposition_reply *reply = userdata;
    struct error err;

    (void)source;
    buffer_clear(&reply->piece);
    reply->sent_bytes = 0;
    while (reply->has_more && reply->piece.size_bytes == 0 && !reply->has_failed) {
        reply->has_failed =
            !app_service_exposition_next(reply->exposition, &reply->piece, &reply->has_more, &err);
        if (reply->has_failed)
            log_error("api", "metrics could not be read", "reason=\"%s\"", err.message);
    }
    pieces_wake(&reply->options.connection);
    return 0;
}

static ssize_t read_some(void *userdata, uint64_t position, char *out, size_t size_bytes) {
    struct exposition_reply *reply = userdata;

    (void)position;
    if (reply->has_failed) return MHD_CONTENT_READER_END_WITH_ERROR;
    ssize_t count = pieces_copy(buffer_text(&reply->piece), reply->piece.size_bytes,
                                &reply->sent_bytes, out, size_bytes);
    if (count > 0) return count;
    if (!reply->has_more) return MHD_CONTENT_READER_END_OF_STREAM;
    (void)sd_event_source_set_enabled(reply->next, SD_EVENT_ONESHOT);
    pieces_sleep(&reply->options.connection);
    return 0;
}

struct exposition_reply *exposition_reply_new(const struct exposition_reply_options *options) {
    struct exposition_reply *reply = memory_alloc(sizeof *reply);

    reply->options = *options;
    reply->exposition = app_service_exposition_new(options->service);
    reply->piece = BUFFER_INIT(PIECE_MAX_BYTES);
    reply->has_more = true;
    if (sd_event_add_defer(options->loop, &reply->next, on_next, reply) < 0) abort();
    (void)sd_event_source_set_enabled(reply->next, SD_EVENT_OFF);
    return reply;
}

struct MHD_Response *exposition_reply_response(struct exposition_reply *reply) {
    return pieces_response(read_some, reply);
}

void exposition_reply_free(struct exposition_reply *reply) {
    if (reply == NULL) return;
    (void)sd_event_source_disable_unref(reply->next);
    app_service_exposition_free(reply->exposition);
    buffer_release(&reply->piece);
    memory_free(reply);
}
