#include "base/host_name.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(host_name, is_of_loopback_by_number_and_by_name) {
    static const struct {
        const char *name;
        bool is_loopback;
    } rows[] = {
        {"127.0.0.1", true},
        {"127.3.2.1", true},
        {"::1", true},
        {"localhost", true},
        {"LocalHost", true},
        {"bucket.localhost", true},
        {"127.evil.example", false},
        {"localhost.example", false},
        {"notlocalhost", false},
        {"10.0.0.1", false},
        {"::2", false},
        {"", false},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert(eq(int, host_name_is_loopback(rows[index].name), rows[index].is_loopback), "%s",
                  rows[index].name);
}

Test(host_name, loses_its_port) {
    static const struct {
        const char *host;
        char *name;
    } rows[] = {
        {"s3.example:9000", "s3.example"},
        {"s3.example", "s3.example"},
        {"[::1]:9000", "::1"},
        {"[::1]", "::1"},
    };
    char name[32];

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        cr_assert(host_name_without_port(rows[index].host, name, sizeof name));
        cr_assert(eq(str, name, rows[index].name));
    }
    cr_assert(not(host_name_without_port("", name, sizeof name)));
    cr_assert(not(host_name_without_port(":80", name, sizeof name)));
    cr_assert(not(host_name_without_port("[::1", name, sizeof name)));
    cr_assert(not(
        host_name_without_port("a-name-of-more-than-32-characters.example", name, sizeof name)));
}
