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
