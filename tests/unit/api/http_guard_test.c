// Which hosts and origins are let in.
#include "api/http_guard.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static bool admits_host(const char *host, const char *listen_address) {
    static const char *const allowed[] = {"kobel.example", NULL};
    struct http_guard guard;

    http_guard_init(&guard, listen_address, allowed);
    (void)text_copy(guard.own_name, sizeof guard.own_name, "box.corp.example");
    return http_guard_admits_host(&guard, host);
}

Test(http_guard, admits_names_that_only_the_user_can_have_given) {
    static const char *const everywhere[] = {"127.0.0.1:8290", "127.1.2.3",      "localhost:8290",
                                             "LocalHost",      "my.localhost",   "[::1]:8290",
                                             "kobel.example",  "KOBEL.example:1"};
    static const char *const beyond_loopback[] = {"192.168.1.5:8290", "[fe80::1]:8290",
                                                  "kobel:8290", "box.corp.example"};
    static const char *const nowhere[] = {"evil.example:8290",
                                          "127.evil.example",
                                          "",
                                          ":8290",
                                          "evil.example",
                                          ".localhost",
                                          "box.corp.example.evil.example",
                                          "[evil.example]:80",
                                          "[::1"};

    for (size_t index = 0; index < COUNT_OF(everywhere); index++) {
        cr_assert(admits_host(everywhere[index], "127.0.0.1"), "%s", everywhere[index]);
        cr_assert(admits_host(everywhere[index], "0.0.0.0"), "%s", everywhere[index]);
    }
    for (size_t index = 0; index < COUNT_OF(beyond_loopback); index++) {
        cr_assert(not(admits_host(beyond_loopback[index], "127.0.0.1")), "%s",
                  beyond_loopback[index]);
        cr_assert(admits_host(beyond_loopback[index], "0.0.0.0"), "%s", beyond_loopback[index]);
        cr_assert(admits_host(beyond_loopback[index], "192.168.1.5"), "%s", beyond_loopback[index]);
    }
    for (size_t index = 0; index < COUNT_OF(nowhere); index++) {
        cr_assert(not(admits_host(nowhere[index], "127.0.0.1")), "%s", nowhere[index]);
        cr_assert(not(admits_host(nowhere[index], "0.0.0.0")), "%s", nowhere[index]);
    }
    cr_assert(admits_host(NULL, "127.0.0.1"));
}

Test(http_guard, refuses_requests_of_pages_of_other_origins) {
    cr_assert(http_guard_admits_origin(NULL, "127.0.0.1:8290"));
    cr_assert(http_guard_admits_origin("http://127.0.0.1:8290", "127.0.0.1:8290"));
    cr_assert(not(http_guard_admits_origin("http://evil.example", "127.0.0.1:8290")));
    cr_assert(not(http_guard_admits_origin("http://127.0.0.1:9", "127.0.0.1:8290")));
    cr_assert(not(http_guard_admits_origin("null", "127.0.0.1:8290")));
    cr_assert(not(http_guard_admits_origin("http://", NULL)));
}
