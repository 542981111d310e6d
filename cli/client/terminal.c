#include "cli/client/terminal.h"

#include "base/cleanup.h"
#include "base/environment.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static size_t width_of(int fd) {
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

struct terminal terminal_of(int fd) {
    bool is_terminal = isatty(fd) == 1;
    bool is_plain = environment_or("NO_COLOR", NULL) != NULL ||
                    text_equal(environment_or("TERM", NULL), "dumb");

    return (struct terminal){.file = fd == STDERR_FILENO ? stderr : stdout,
                             .has_colours = is_terminal && !is_plain,
                             .width = is_terminal ? width_of(fd) : 0};
}

const char *terminal_colour(const struct terminal *terminal, enum colour colour) {
    static const char *const escapes[] = {
        [COLOUR_PLAIN] = "\033[0m", [COLOUR_FAINT] = "\033[2m",   [COLOUR_BOLD] = "\033[1m",
        [COLOUR_RED] = "\033[31m",  [COLOUR_YELLOW] = "\033[33m", [COLOUR_GREEN] = "\033[32m",
    };

    return terminal->has_colours ? escapes[colour] : "";
}

// --- text of unknown origin ---

// The bytes of the character that begins here; 0: there is none, or it is a control character, as
// U+0080 to U+009F are, too.
static size_t shown_bytes(const char *at, size_t left_bytes) {
    const unsigned char *byte = (const unsigned char *)at;
    size_t length = utf8_character_bytes(at, left_bytes);

    if (length == 1) return (byte[0] >= ' ' && byte[0] != 0x7F) || byte[0] == '\t' ? 1 : 0;
    return length == 2 && byte[0] == 0xC2 && byte[1] < 0xA0 ? 0 : length;
}

// The bytes of an escape that changes colours, "\033[1;31m"; 0: it is not one.
static size_t colour_bytes(const char *at, size_t left_bytes) {
    size_t length = 2;

    if (left_bytes < 3 || at[0] != '\033' || at[1] != '[') return 0;
    while (length < left_bytes && (at[length] == ';' || (at[length] >= '0' && at[length] <= '9')))
        length++;
    return length < left_bytes && at[length] == 'm' ? length + 1 : 0;
}

void terminal_print_safely(const struct terminal *terminal, const char *text, size_t size_bytes) {
    for (size_t at = 0; at < size_bytes;) {
        size_t good = at;
        for (size_t found = 1; good < size_bytes && found > 0; good += found)
            found = shown_bytes(text + good, size_bytes - good);
        (void)fwrite(text + at, 1, good - at, terminal->file);
        at = good;
        if (at == size_bytes) return;
        size_t colour = colour_bytes(text + at, size_bytes - at);
        if (colour == 0) (void)fputc('?', terminal->file);
        at += colour == 0 ? 1 : colour;
    }
}

void terminal_print(const struct terminal *terminal, enum colour colour, const char *format, ...) {
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) abort();
    if (colour != COLOUR_PLAIN) (void)fputs(terminal_colour(terminal, colour), terminal->file);
    terminal_print_safely(terminal, text, (size_t)length);
    if (colour != COLOUR_PLAIN)
        (void)fputs(terminal_colour(terminal, COLOUR_PLAIN), terminal->file);
    memory_free(text);
}

void terminal_print_error(const char *message) {
    const struct terminal out = {.file = stderr};

    (void)fflush(stdout);
    terminal_print(&out, COLOUR_PLAIN, "kobel: %s", message);
    (void)fputc('\n', stderr);
}

void terminal_print_json(const struct terminal *terminal, const char *text) {
    const unsigned char *byte;

    for (; *text != '\0'; text++) {
        size_t plain = strcspn(text, "\x7F\xC2");
        (void)fwrite(text, 1, plain, terminal->file);
        text += plain;
        byte = (const unsigned char *)text;
        bool is_pair = byte[0] == 0xC2 && byte[1] < 0xA0;
        if (*text == '\0') return;
        if (*text == 0x7F || is_pair)
            (void)fprintf(terminal->file, "\\u%04X", is_pair ? *++byte : *byte);
        else
            (void)fputc(*text, terminal->file);
        text += is_pair;
    }
}

// --- folding ---

enum { FOLD_MIN = 20 };

// How much of a text fits into a line, which ends at a space where there is one.
static size_t line_bytes(const char *text, size_t width) {
    size_t length = strlen(text);

    if (length <= width) return length;
    for (length = width; length > 0 && text[length] != ' '; length--)
        continue;
    return length == 0 ? strcspn(text, " ") : length;
}

void terminal_print_folded(const struct terminal *terminal, size_t indent, const char *text) {
    size_t width = terminal->width;

    // Where too little space is left in the line, the text goes below it.
    if (width > 0 && width < indent + FOLD_MIN) {
        indent = width > FOLD_MIN ? 4 : 0;
        (void)fprintf(terminal->file, "\n%*s", (int)indent, "");
    }
    while (*text != '\0') {
        size_t length = width == 0 ? strlen(text) : line_bytes(text, width - indent);
        terminal_print_safely(terminal, text, length);
        text += length;
        text += strspn(text, " ");
        if (*text != '\0') (void)fprintf(terminal->file, "\n%*s", (int)indent, "");
    }
}

// --- numbers ---

void terminal_duration(int64_t duration_ms, char out[static 24]) {
    int64_t seconds = duration_ms / 1000;

    if (duration_ms < 1000)
        (void)text_format(out, 24, "%lld ms", (long long)duration_ms);
    else if (seconds < 60)
        (void)text_format(out, 24, "%lld.%lld s", (long long)seconds,
                          (long long)(duration_ms % 1000 / 100));
    else if (seconds < 3600)
        (void)text_format(out, 24, "%lld min %lld s", (long long)(seconds / 60),
                          (long long)(seconds % 60));
    else
        (void)text_format(out, 24, "%lld h %lld min", (long long)(seconds / 3600),
                          (long long)(seconds / 60 % 60));
}

void terminal_time(int64_t epoch_ms, char out[static 24]) {
    time_t seconds = (time_t)(epoch_ms / 1000);
    struct tm local;

    if (localtime_r(&seconds, &local) == NULL || strftime(out, 24, "%F %T", &local) == 0)
        (void)text_copy(out, 24, "-");
}

void terminal_size(int64_t bytes, char out[static 24]) {
    if (bytes > 0 && bytes < (int64_t)1 << 20)
        (void)text_format(out, 24, "%lld kB", (long long)((bytes + 1023) >> 10));
    else if (bytes < (int64_t)1 << 30)
        (void)text_format(out, 24, "%lld MB", (long long)(bytes >> 20));
    else
        (void)text_format(out, 24, "%.1f GB", (double)bytes / (double)(1 << 30));
}
