#include "runtime/local/python_requirements.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static const char BLANKS[] = " \t";
static const char NAME[] = LETTERS DIGITS "._-";
static const char EXTRAS[] = LETTERS DIGITS "._-, \t";
static const char VERSIONS[] = LETTERS DIGITS "._*+!=<>~, \t";
// Without a hyphen: pip reads a word that begins with one as an option.
static const char MARKER[] = LETTERS DIGITS "._*+!=<>~,()'\" \t";

// pip takes a file with such a name, also where the name could be that of a package.
static bool names_archive(const char *requirement) {
    static const char *const endings[] = {".whl", ".zip", ".tar", ".tgz",
                                          ".tbz", ".txz", ".tlz", ".egg"};

    for (size_t index = 0; index < COUNT_OF(endings); index++)
        if (strcasestr(requirement, endings[index]) != NULL) return true;
    return false;
}

static const char *skip(const char *text, const char *characters) {
    return text + strspn(text, characters);
}

// Cuts off what pip does not read.
static void cut_comment(char *line) {
    for (char *at = strchr(line, '#'); at != NULL; at = strchr(at + 1, '#'))
        if (at == line || at[-1] == ' ' || at[-1] == '\t') {
            *at = '\0';
            return;
        }
}

static bool is_name(char *line) {
    cut_comment(line);
    const char *at = skip(line, BLANKS);
    if (*at == '\0') return true;
    if (names_archive(at) || strchr("._-", *at) != NULL) return false;
    const char *behind = skip(at, NAME);
    if (behind == at) return false;
    at = skip(behind, BLANKS);
    if (*at == '[') {
        at = skip(at + 1, EXTRAS);
        if (*at != ']') return false;
        at = skip(at + 1, BLANKS);
    }
    if (*at != '\0' && strchr("=<>~!", *at) != NULL) at = skip(at, VERSIONS);
    if (*at == ';') at = skip(at + 1, MARKER);
    return *at == '\0';
}

static bool is_ascii(const char *text, size_t size_bytes) {
    for (size_t index = 0; index < size_bytes; index++) {
        unsigned char character = (unsigned char)text[index];
        bool is_printable = character >= ' ' && character <= '~';
        bool is_space = character == '\t' || character == '\r' || character == '\n';
        if (!is_printable && !is_space) return false;
    }
    return true;
}

bool python_requirements_are_names(const char *text, size_t size_bytes) {
    // Python's encodings, which a comment may name, can make anything of ASCII.
    if (!is_ascii(text, size_bytes)) return false;
    AUTO(memory_free) char *copy = memory_format("%.*s", (int)size_bytes, text);
    if (strstr(copy, "coding:") != NULL || strstr(copy, "coding=") != NULL) return false;
    char *rest = copy;
    for (char *line = strsep(&rest, "\r\n"); line != NULL; line = strsep(&rest, "\r\n"))
        if (!is_name(line)) return false;
    return true;
}
