// Places in buckets, as a user writes them.
#include "cli/client/s3_place.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct s3_place place;
static struct error err;

Test(s3_place, a_prefix_is_a_directory) {
    static const struct {
        const char *text;
        const char *bucket;
        const char *prefix;
    } rows[] = {
        {"s3://b/p/", "b", "p/"}, {"s3://b/p", "b", "p/"}, {"s3://b-1/a/b c", "b-1", "a/b c/"}};

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        cr_assert(s3_place_read(rows[index].text, &place, &err), "%s", err.message);
        cr_assert(eq(str, place.bucket, (char *)rows[index].bucket));
        cr_assert(eq(str, place.prefix, (char *)rows[index].prefix));
    }
}

Test(s3_place, what_names_no_prefix_in_a_bucket_is_refused) {
    static const char *const texts[] = {"",    "p",       "s3://b",       "s3://b/",
                                        "s3:", "s3:///p", "https://b/p/", "S3://b/p/"};
    char long_text[900] = "s3://b/";

    for (size_t index = 0; index < COUNT_OF(texts); index++)
        cr_assert(not(s3_place_read(texts[index], &place, &err)), "%s", texts[index]);
    memset(long_text + strlen(long_text), 'x', sizeof long_text - strlen(long_text) - 1);
    long_text[sizeof long_text - 1] = '\0';
    cr_assert(not(s3_place_read(long_text, &place, &err)));
}

Test(s3_place, of_a_savepoint_may_be_that_of_its_metadata) {
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {{"s3://b/p/_metadata", "s3://b/p"},
                {"s3://b/p/", "s3://b/p/"},
                {"/a/savepoint-1/_metadata", "/a/savepoint-1"},
                {"s3://b/my_metadata", "s3://b/my_metadata"}};

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char out[40];
        s3_place_of_savepoint(rows[index].text, out, sizeof out);
        cr_assert(eq(str, out, (char *)rows[index].expected));
    }
}

Test(s3_place, it_is_a_location_of_the_service_and_back) {
    char text[40];

    cr_assert(s3_place_read("s3://b/p/q", &place, &err));
    AUTO(json_decref) json_t *location = s3_place_location(&place);
    AUTO(memory_free) char *printed = json_print(location);
    cr_assert(eq(str, printed, "{\"BucketARN\":\"arn:aws:s3:::b\",\"KeyPrefix\":\"p/q/\"}"));
    s3_place_print("arn:aws:s3:::b", "p/q/", text, sizeof text);
    cr_assert(eq(str, text, "s3://b/p/q/"));
}
