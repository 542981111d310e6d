// Links to dashboards, and the sessions that they begin.
#include "api/admin/access_token.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const unsigned char key[32] = "the secret of a data directory";

static struct access make(enum access_kind kind) {
    struct access access = {.kind = kind,
                            .scope = {.account = "000000000000", .region = "us-east-1"},
                            .issued_s = 1000,
                            .duration_s = 1800};

    (void)text_copy(access.name, sizeof access.name, "my.app-1_x");
    return access;
}

static bool is_good(const char *token, enum access_kind kind, const char *name, int64_t now_s) {
    struct access access;

    return access_token_read(key, token, kind, name, now_s, &access);
}

Test(access_token, admits_a_link_for_its_duration_and_a_first_use_for_three_minutes) {
    struct access access = make(ACCESS_LINK);
    struct access read;
    char token[ACCESS_TOKEN_SIZE];

    access_token_make(key, &access, token);
    cr_assert(access_token_read(key, token, ACCESS_LINK, "my.app-1_x", 1180, &read));
    cr_assert(eq(str, read.scope.region, "us-east-1"));
    cr_assert(eq(int, (int)read.duration_s, 1800));
    cr_assert(access_token_may_begin(&read, 1180));
    cr_assert(not(access_token_may_begin(&read, 1181)));
    cr_assert(is_good(token, ACCESS_LINK, "my.app-1_x", 2800));
    cr_assert(not(is_good(token, ACCESS_LINK, "my.app-1_x", 2801)));
    cr_assert(not(is_good(token, ACCESS_LINK, "my.app-1_x", 999)));
    cr_assert(not(is_good(token, ACCESS_LINK, "other", 1100)));
    cr_assert(not(is_good(token, ACCESS_SESSION, "my.app-1_x", 1100)));
}

Test(access_token, ends_a_session_after_its_duration) {
    struct access access = make(ACCESS_SESSION);
    char token[ACCESS_TOKEN_SIZE];

    access_token_make(key, &access, token);
    cr_assert(is_good(token, ACCESS_SESSION, "my.app-1_x", 2800));
    cr_assert(not(is_good(token, ACCESS_SESSION, "my.app-1_x", 2801)));
}

Test(access_token, refuses_every_changed_token) {
    struct access access = make(ACCESS_LINK);
    char token[ACCESS_TOKEN_SIZE];

    access_token_make(key, &access, token);
    for (size_t at = 0; token[at] != '\0'; at++) {
        char spoilt[ACCESS_TOKEN_SIZE];
        (void)memcpy(spoilt, token, sizeof spoilt);
        spoilt[at] = spoilt[at] == '0' ? '1' : '0';
        cr_assert(not(is_good(spoilt, ACCESS_LINK, "my.app-1_x", 1100)), "at %zu", at);
    }
    cr_assert(not(is_good("", ACCESS_LINK, "", 1100)));
}
