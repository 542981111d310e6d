// Tokens from clients, of pages and of dashboards: only those that kobel made are accepted.
#include "api/admin/access_token.h"
#include "api/page_token.h"
#include "base/memory.h"
#include "fuzz/fuzz.h"

#include <string.h>

static const unsigned char key[32] = "a key of the data directory";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(memory_free) char *token = memory_alloc(size + 1);
    char again[PAGE_TOKEN_SIZE];
    char name[APP_NAME_SIZE];
    char name_again[APP_NAME_SIZE];
    char access_again[ACCESS_TOKEN_SIZE];
    struct access access;
    int64_t sequence;
    struct error err;

    memcpy(token, data, size);
    if (page_token_read(key, "list", token, &sequence, &err)) {
        page_token_make(key, "list", sequence, again);
        FUZZ_EXPECT(strcmp(again, token) == 0);
    }
    if (page_token_read_name(key, "list", token, name, &err)) {
        page_token_make_name(key, "list", name, name_again);
        // A name of the greatest length is its own token, without a signature.
        FUZZ_EXPECT(strcmp(name_again, token) == 0 || strcmp(name, token) == 0);
    }
    for (int kind = 0; kind < 2; kind++) {
        if (!access_token_read(key, token, (enum access_kind)kind, "a", 1764000000, &access))
            continue;
        access_token_make(key, &access, access_again);
        FUZZ_EXPECT(strcmp(access_again, token) == 0);
    }
    return 0;
}
