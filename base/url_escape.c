#include "base/url_escape.h"

#include <string.h>

static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

void url_escape(struct buffer *out, const char *text, const char *more) {
    for (const char *at = text; *at != '\0'; at++) {
        bool is_plain = strchr(PLAIN, *at) != NULL || strchr(more, *at) != NULL;
        (void)buffer_append_format(out, is_plain ? "%c" : "%%%02X", (unsigned char)*at);
    }
}
