#include "api/admin/used_links.h"

#include "api/admin/access_token.h"
#include "base/memory.h"
#include "base/text.h"

enum { LINKS_MAX = 256 };

struct used_link {
    char token[ACCESS_TOKEN_SIZE]; // "" = none
    int64_t until_s;
};

struct used_links {
    struct used_link list[LINKS_MAX];
};

struct used_links *used_links_new(void) {
    return memory_alloc(sizeof(struct used_links));
}

void used_links_free(struct used_links *links) {
    memory_free(links);
}

bool used_links_has(const struct used_links *links, const char *token) {
    for (size_t index = 0; index < LINKS_MAX; index++)
        if (text_equal(links->list[index].token, token)) return true;
    return false;
}

void used_links_add(struct used_links *links, const char *token, int64_t until_s) {
    struct used_link *place = &links->list[0];

    if (used_links_has(links, token)) return;
    // A place without a link has ended at 0.
    for (size_t index = 1; index < LINKS_MAX; index++)
        if (links->list[index].until_s < place->until_s) place = &links->list[index];
    (void)text_copy(place->token, sizeof place->token, token);
    place->until_s = until_s;
}
