// Links to dashboards after their first use.
#include "api/admin/used_links.h"

#include "api/admin/access_token.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

DEFINE_AUTO(used_links_free, struct used_links *);

Test(used_links, knows_what_was_added_and_forgets_what_ends_first) {
    AUTO(used_links_free) struct used_links *links = used_links_new();
    char token[ACCESS_TOKEN_SIZE];

    cr_assert(not(used_links_has(links, "link~1")));
    for (int64_t number = 1; number <= 257; number++) {
        (void)text_format(token, sizeof token, "link~%lld", (long long)number);
        used_links_add(links, token, 1000 + number);
        used_links_add(links, token, 1);
    }
    cr_assert(not(used_links_has(links, "link~1")));
    cr_assert(used_links_has(links, "link~2"));
    cr_assert(used_links_has(links, "link~257"));
}
