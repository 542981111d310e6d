#include "model/maintenance_window.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>

Test(maintenance_window, is_eight_hours_of_the_region_or_as_set) {
    static const struct {
        const char *region;
        const char *start;
        const char *from;
        const char *to;
    } rows[] = {
        {"us-east-1", "", "03:00", "11:00"},      {"eu-west-1", "", "22:00", "06:00"},
        {"ap-south-1", "", "16:30", "00:30"},     {"xx-other-9", "", "06:00", "14:00"},
        {"af-south-1", "", "20:00", "04:00"},     {"me-central-1", "", "18:00", "02:00"},
        {"eu-south-2", "", "21:00", "05:00"},     {"il-central-1", "", "20:00", "04:00"},
        {"us-east-1", "04:30", "04:30", "12:30"}, {"us-east-1", "23:59", "23:59", "07:59"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char from[6];
        char to[6];
        maintenance_window_of(rows[index].region, rows[index].start, from, to);
        cr_assert_str_eq(from, rows[index].from, "%s", rows[index].region);
        cr_assert_str_eq(to, rows[index].to, "%s", rows[index].region);
    }
}

Test(maintenance_window, contains_a_time_or_has_ended) {
    static const int64_t DAY = 86400000;
    static const int64_t HOUR = 3600000;
    static const struct {
        const char *start;
        int64_t now_ms; // since midnight of the second day
        bool is_in;
        int64_t began_ms;
    } rows[] = {
        {"03:00", 2 * HOUR, false, -21 * HOUR},   {"03:00", 3 * HOUR, true, 3 * HOUR},
        {"03:00", 11 * HOUR - 1, true, 3 * HOUR}, {"03:00", 11 * HOUR, false, 3 * HOUR},
        {"22:00", 1 * HOUR, true, -2 * HOUR},     {"22:00", 6 * HOUR, false, -2 * HOUR},
        {"", 4 * HOUR, true, 3 * HOUR},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        int64_t began_ms;
        int64_t next_ms;
        bool is_in = maintenance_window_at("us-east-1", rows[index].start, DAY + rows[index].now_ms,
                                           &began_ms, &next_ms);
        cr_assert_eq(is_in, rows[index].is_in, "%zu", index);
        cr_assert_eq(began_ms, DAY + rows[index].began_ms, "%zu", index);
        cr_assert_eq(next_ms, 2 * DAY + rows[index].began_ms, "%zu", index);
    }
}
