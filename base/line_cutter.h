// Splits a stream of bytes into lines.
#pragma once

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

struct line_cutter {
    struct buffer rest; // the beginning of an incomplete line
    bool skips;         // up to the next line end: the beginning of this line is missing
};

// `text` is the line without its line end; it may contain NUL.
typedef void line_cutter_fn(void *userdata, const char *text, size_t length);

// Longer lines are delivered in pieces.
void line_cutter_init(struct line_cutter *cutter, size_t line_max_bytes);
void line_cutter_release(struct line_cutter *cutter);
// Drops the incomplete line: the next bytes do not follow it. `is_within_line`: they begin in the
// middle of a line, the rest of which is skipped.
void line_cutter_restart(struct line_cutter *cutter, bool is_within_line);

// Calls `on_line` for each line that is now complete.
void line_cutter_add(struct line_cutter *cutter, const char *bytes, size_t size_bytes,
                     line_cutter_fn *on_line, void *userdata);
// Calls `on_line` for a last line without a line end, if there is one.
void line_cutter_flush(struct line_cutter *cutter, line_cutter_fn *on_line, void *userdata);
