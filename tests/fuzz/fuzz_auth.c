// Signatures of requests: the lines of an input are the raw path, the raw query, the Authorization
// header, the date, the token and another header; the rest is the digest of the body.
#include "api/auth.h"
#include "base/memory.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

#include <string.h>

enum { PATH, QUERY, AUTHORIZATION, DATE, TOKEN, OTHER, LINE_COUNT };

static const char *find_header(void *userdata, const char *name) {
    char *const *lines = userdata;

    if (text_equal(name, "Authorization")) return lines[AUTHORIZATION];
    if (text_equal(name, "X-Amz-Date") || text_equal(name, "x-amz-date")) return lines[DATE];
    if (text_equal(name, "X-Amz-Security-Token")) return lines[TOKEN];
    return text_equal(name, "host") ? "h" : lines[OTHER];
}

static bool visit_headers(void *userdata, auth_visit_fn *visit, void *context) {
    char *const *lines = userdata;

    return visit(context, "X-Amz-Date", lines[DATE]) &&
           visit(context, "X-Amz-Security-Token", lines[TOKEN]) && visit(context, lines[OTHER], "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct auth_key key = {.access_key = "AKID", .secret_key = "secret"};
    const struct auth_keys keys = {.keys = &key, .count = 1};
    AUTO(memory_free) char *text = memory_alloc(size + 1);
    char *rest = text;
    char *lines[LINE_COUNT];
    char none[] = "";
    const char *error_type = NULL;
    char message[AUTH_TEXT_SIZE] = "";
    struct auth_key parsed;
    struct error err;

    memcpy(text, data, size);
    for (int line = 0; line < LINE_COUNT; line++) {
        char *one = strsep(&rest, "\n");
        lines[line] = one == NULL ? none : one;
    }
    struct auth_request request = {.method = "POST",
                                   .path = lines[PATH],
                                   .query = lines[QUERY],
                                   .body_sha256 = rest == NULL ? "" : rest,
                                   .header = find_header,
                                   .visit_headers = visit_headers,
                                   .userdata = lines,
                                   .now_s = 1764000000};
    // No input has a valid signature.
    FUZZ_EXPECT(!auth_check(&keys, &request, &error_type, message));
    FUZZ_EXPECT(error_type != NULL && message[0] != '\0');
    if (auth_key_parse(lines[PATH], &parsed, &err))
        FUZZ_EXPECT(parsed.access_key[0] != '\0' && parsed.secret_key[0] != '\0');
    return 0;
}
