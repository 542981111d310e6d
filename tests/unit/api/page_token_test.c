// Page tokens: good for one list, and not to be forged.
#include "api/page_token.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct error err;

Test(page_token, is_good_for_its_own_list_only) {
    unsigned char key[32] = {1};
    unsigned char other_key[32] = {2};
    char token[PAGE_TOKEN_SIZE];
    int64_t sequence = 0;

    page_token_make(key, "ListX/a", 42, token);
    cr_assert(page_token_read(key, "ListX/a", token, &sequence, &err));
    cr_assert(eq(int, (int)sequence, 42));
    cr_assert(not(page_token_read(key, "ListX/b", token, &sequence, &err)));
    cr_assert(not(page_token_read(other_key, "ListX/a", token, &sequence, &err)));
    token[0] = '5';
    cr_assert(not(page_token_read(key, "ListX/a", token, &sequence, &err)));
    cr_assert(not(page_token_read(key, "ListX/a", "", &sequence, &err)));
    cr_assert(not(page_token_read(key, "ListX/a", "....", &sequence, &err)));
}

static void check_name_token(const char *name) {
    unsigned char key[32] = {1};
    char token[APP_NAME_SIZE];
    char read[APP_NAME_SIZE];

    page_token_make_name(key, "ListApplications/a", name, token);
    cr_assert(strlen(token) < APP_NAME_SIZE);
    cr_assert(page_token_read_name(key, "ListApplications/a", token, read, &err), "%s", token);
    cr_assert(eq(str, read, (char *)name));
    if (strlen(token) > 111) return; // may be a long name itself
    cr_assert(not(page_token_read_name(key, "ListApplications/b", token, read, &err)));
    token[0] = token[0] == 'x' ? 'y' : 'x';
    cr_assert(not(page_token_read_name(key, "ListApplications/a", token, read, &err)));
    cr_assert(eq(int, err.kind, ERROR_REQUEST));
}

Test(page_token, looks_like_a_name_in_a_list_of_names) {
    unsigned char key[32] = {1};
    char read[APP_NAME_SIZE];
    char name[APP_NAME_SIZE];

    for (size_t length = 1; length < sizeof name; length++) {
        memset(name, 'n', length);
        name[length] = '\0';
        check_name_token(name);
    }
    check_name_token("a.b");
    cr_assert(not(page_token_read_name(key, "ListApplications/a", "a", read, &err)));
    cr_assert(
        not(page_token_read_name(key, "ListApplications/a", "a.0123456789abcdef", read, &err)));
}
