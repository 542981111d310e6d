// What all requests together may use.
#include "api/traffic.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const size_t LARGE = (size_t)70 << 20;

Test(traffic, has_room_for_two_of_the_largest_bodies_and_for_all_small_ones) {
    struct traffic traffic = {0};
    size_t first = 0;
    size_t second = 0;
    size_t third = 0;
    size_t small = 0;

    cr_assert(traffic_count_body(&traffic, &first, LARGE));
    cr_assert(traffic_count_body(&traffic, &second, LARGE));
    cr_assert(not(traffic_has_room(&traffic, LARGE)));
    cr_assert(not(traffic_count_body(&traffic, &third, LARGE)));
    cr_assert(eq(sz, third, 0));
    cr_assert(eq(sz, traffic.body_bytes, 2 * LARGE));
    cr_assert(traffic_count_body(&traffic, &small, TRAFFIC_BODY_SMALL_BYTES));
    traffic_release_body(&traffic, &first);
    cr_assert(traffic_count_body(&traffic, &third, LARGE));
    traffic_release_body(&traffic, &second);
    traffic_release_body(&traffic, &third);
    traffic_release_body(&traffic, &small);
    cr_assert(eq(sz, traffic.body_bytes, 0));
}

Test(traffic, counts_a_body_once_while_it_grows) {
    struct traffic traffic = {0};
    size_t counted = 0;

    for (size_t size = 0; size <= LARGE; size += 1 << 20)
        cr_assert(traffic_count_body(&traffic, &counted, size));
    cr_assert(eq(sz, traffic.body_bytes, LARGE));
    traffic_release_body(&traffic, &counted);
    traffic_release_body(&traffic, &counted);
    cr_assert(eq(sz, traffic.body_bytes, 0));
}

Test(traffic, reserves_places_up_to_the_limit) {
    unsigned count = 0;

    for (unsigned place = 0; place < TRAFFIC_WAITING_MAX; place++)
        cr_assert(traffic_reserve_place(&count, TRAFFIC_WAITING_MAX) == &count);
    cr_assert(traffic_reserve_place(&count, TRAFFIC_WAITING_MAX) == NULL);
    cr_assert(eq(uint, count, TRAFFIC_WAITING_MAX));
    int all = TRAFFIC_WAITING_MAX + TRAFFIC_PAGES_MAX + TRAFFIC_FOLLOWERS_MAX;
    cr_assert(lt(int, all + TRAFFIC_CONNECTIONS_FREE, TRAFFIC_CONNECTIONS_MAX));
}

Test(traffic, gives_an_upload_time_for_its_bytes) {
    cr_assert(not(traffic_is_slow(29000000, 0)));
    cr_assert(traffic_is_slow(31000000, 0));
    cr_assert(not(traffic_is_slow(31000000, 1 << 20)));
    cr_assert(traffic_is_slow(60000000, 1 << 20));
    cr_assert(not(traffic_is_slow(600000000, LARGE)));
}
