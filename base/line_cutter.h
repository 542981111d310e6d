// Cuts bytes that come in pieces into lines.
#pragma once

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

struct line_cutter {
    struct buffer rest; // of a line without its end
    bool skips;         // to the end of a line whose beginning is not there
};

// `text` is the line without its end; a NUL may be part of it.
typedef void line_cutter_fn(void *userdata, const char *text, size_t length);

// Longer lines are handed on in pieces.
void line_cutter_init(struct line_cutter *cutter, size_t line_max_bytes);
void line_cutter_release(struct line_cutter *cutter);
// Forgets what has come: what comes next does not follow it, and may begin within a line.
void line_cutter_restart(struct line_cutter *cutter, bool is_within_line);

// Calls `on_line` for each line that is complete now.
void line_cutter_take(struct line_cutter *cutter, const char *bytes, size_t size_bytes,
                      line_cutter_fn *on_line, void *userdata);
// ... and for one without an end, if there is any.
void line_cutter_flush(struct line_cutter *cutter, line_cutter_fn *on_line, void *userdata);
