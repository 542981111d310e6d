#include "runtime/install/package_link.h"

#include "base/text.h"

#include <string.h>

static const char FOUND[] = "Found link ";
static const char DIGEST[] = "#sha256=";

// `url` has no fragment.
static bool is_wanted(const char *url, const char *version) {
    char ending[64];

    return text_format(ending, sizeof ending, "-%s.tar.gz", version) &&
           text_ends_with(url, ending) &&
           (text_starts_with(url, "https://") || text_starts_with(url, "http://")) &&
           strstr(url, "****") == NULL;
}

static void take_digest(const char *fragment, struct package_link *out) {
    const char *digest = fragment + strlen(DIGEST);

    if (!text_starts_with(fragment, DIGEST)) return;
    if (strspn(digest, "0123456789abcdef") == sizeof out->sha256 - 1)
        (void)text_copy(out->sha256, sizeof out->sha256, digest);
}

bool package_link_find(const char *output, const char *version, struct package_link *out_link) {
    for (const char *at = strstr(output, FOUND); at != NULL; at = strstr(at, FOUND)) {
        struct package_link link = {0};
        at += strlen(FOUND);
        size_t length = strcspn(at, " \r\n");
        if (!text_format(link.url, sizeof link.url, "%.*s", (int)length, at)) continue;
        char *fragment = strchr(link.url, '#');
        if (fragment != NULL) {
            take_digest(fragment, &link);
            *fragment = '\0';
        }
        if (!is_wanted(link.url, version)) continue;
        *out_link = link;
        return true;
    }
    return false;
}
