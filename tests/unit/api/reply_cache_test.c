// Replies that are kept until something is written.
#include "api/reply_cache.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct app_scope scope = {.account = "000000000000", .region = "us-east-1"};
static const char OPERATION[] = "DescribeApplication";

static struct reply_key key_of(const char *body) {
    return (struct reply_key){OPERATION, &scope, body, strlen(body)};
}

Test(reply_cache, keeps_a_reply_until_something_is_written) {
    AUTO(reply_cache_free) struct reply_cache *cache = reply_cache_new();
    struct reply_key question = key_of("{\"ApplicationName\":\"a\"}");
    struct reply_key other = key_of("{\"ApplicationName\":\"b\"}");
    struct app_scope elsewhere = scope;
    struct reply_key far = question;

    (void)text_copy(elsewhere.region, sizeof elsewhere.region, "eu-west-1");
    far.scope = &elsewhere;
    cr_assert(reply_cache_get(cache, &question, 1) == NULL);
    reply_cache_put(cache, &question, "answer", 1);
    cr_assert(eq(str, (char *)reply_cache_get(cache, &question, 1), "answer"));
    cr_assert(reply_cache_get(cache, &other, 1) == NULL);
    cr_assert(reply_cache_get(cache, &far, 1) == NULL);
    cr_assert(reply_cache_get(cache, &question, 2) == NULL);
    cr_assert(reply_cache_get(cache, &question, 1) == NULL);
}

Test(reply_cache, never_mixes_up_replies_when_it_is_full) {
    AUTO(reply_cache_free) struct reply_cache *cache = reply_cache_new();
    char body[64];
    char answer[64];

    for (int round = 0; round < 2; round++)
        for (int number = 0; number < 20000; number++) {
            (void)text_format(body, sizeof body, "body-%d", number);
            (void)text_format(answer, sizeof answer, "answer-%d", number);
            struct reply_key question = key_of(body);
            const char *kept = reply_cache_get(cache, &question, 7);
            cr_assert(kept == NULL || strcmp(kept, answer) == 0);
            reply_cache_put(cache, &question, answer, 7);
            cr_assert(eq(str, (char *)reply_cache_get(cache, &question, 7), answer));
        }
}

// Entries that were replaced do not count any more: 4 MB of the 6 stay in use.
Test(reply_cache, forgets_only_what_it_has_no_room_for) {
    AUTO(reply_cache_free) struct reply_cache *cache = reply_cache_new();
    static char answer[1000];
    char body[64];

    memset(answer, 'a', sizeof answer - 1);
    for (int number = 0; number < 20000; number++) {
        (void)text_format(body, sizeof body, "body-%d", number);
        struct reply_key question = key_of(body);
        reply_cache_put(cache, &question, answer, 7);
        if (number == 0) continue;
        (void)text_format(body, sizeof body, "body-%d", number - 1);
        question = key_of(body);
        cr_assert(reply_cache_get(cache, &question, 7) != NULL, "after %d", number);
    }
}
