#include "base/line_cutter.h"

#include <string.h>

void line_cutter_init(struct line_cutter *cutter, size_t line_max_bytes) {
    *cutter = (struct line_cutter){.rest = BUFFER_INIT(line_max_bytes)};
}

void line_cutter_release(struct line_cutter *cutter) {
    buffer_release(&cutter->rest);
}

void line_cutter_restart(struct line_cutter *cutter, bool is_within_line) {
    buffer_clear(&cutter->rest);
    cutter->skips = is_within_line;
}

static void deliver(struct line_cutter *cutter, line_cutter_fn *on_line, void *userdata) {
    on_line(userdata, buffer_text(&cutter->rest), cutter->rest.size_bytes);
    buffer_clear(&cutter->rest);
}

// A line that is too long for the buffer is delivered in pieces.
static void add_to_line(struct line_cutter *cutter, const char *bytes, size_t size_bytes,
                        line_cutter_fn *on_line, void *userdata) {
    while (size_bytes > 0) {
        size_t room = cutter->rest.limit_bytes - cutter->rest.size_bytes;
        size_t now = size_bytes < room ? size_bytes : room;
        error_ignore(buffer_append(&cutter->rest, bytes, now, NULL));
        bytes += now;
        size_bytes -= now;
        if (size_bytes > 0) deliver(cutter, on_line, userdata);
    }
}

void line_cutter_add(struct line_cutter *cutter, const char *bytes, size_t size_bytes,
                     line_cutter_fn *on_line, void *userdata) {
    while (size_bytes > 0) {
        const char *end = memchr(bytes, '\n', size_bytes);
        size_t length = end == NULL ? size_bytes : (size_t)(end - bytes);
        if (!cutter->skips) add_to_line(cutter, bytes, length, on_line, userdata);
        if (end == NULL) return;
        if (!cutter->skips) deliver(cutter, on_line, userdata);
        cutter->skips = false;
        bytes += length + 1;
        size_bytes -= length + 1;
    }
}

void line_cutter_flush(struct line_cutter *cutter, line_cutter_fn *on_line, void *userdata) {
    if (cutter->rest.size_bytes > 0) deliver(cutter, on_line, userdata);
}
