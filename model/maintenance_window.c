#include "model/maintenance_window.h"

#include "base/cleanup.h"
#include "base/text.h"

// clang-format off
static const struct {
    const char *region;
    int start_minutes;
} windows[] = {
    {"us-east-1",      180}, {"us-east-2",      180}, {"ca-central-1",   180}, {"us-gov-east-1", 180},
    {"us-west-1",      360}, {"us-west-2",      360}, {"eu-central-1",   360}, {"us-gov-west-1", 360},
    {"ap-southeast-2", 720},
    {"ap-east-1",      780}, {"ap-northeast-1", 780}, {"ap-northeast-2", 780}, {"cn-north-1",    780},
    {"cn-northwest-1", 780}, {"me-south-1",     780},
    {"ap-southeast-1", 840}, {"ap-southeast-3", 900}, {"ap-south-1",     990}, {"ap-south-2",    990},
    {"me-central-1",  1080}, {"sa-east-1",     1140},
    {"eu-central-2",  1200}, {"af-south-1",    1200}, {"il-central-1",  1200},
    {"eu-south-1",    1260}, {"eu-south-2",    1260}, {"eu-west-1",     1320}, {"eu-west-2",     1320},
    {"eu-west-3",     1380}, {"eu-north-1",    1380},
};
// clang-format on

static const int OTHER_REGION_MINUTES = 360;
static const int LENGTH_MINUTES = 480;
static const int DAY_MINUTES = 1440;
static const int64_t MINUTE_MS = 60000;

static void print_time(int minutes, char out[static 6]) {
    minutes %= DAY_MINUTES;
    (void)text_format(out, 6, "%02d:%02d", minutes / 60, minutes % 60);
}

static int minutes_of(const char *time) {
    return ((time[0] - '0') * 10 + time[1] - '0') * 60 + (time[3] - '0') * 10 + time[4] - '0';
}

static int start_of(const char *region, const char *start) {
    if (start[0] != '\0') return minutes_of(start);
    for (size_t index = 0; index < COUNT_OF(windows); index++)
        if (text_equal(windows[index].region, region)) return windows[index].start_minutes;
    return OTHER_REGION_MINUTES;
}

void maintenance_window_of(const char *region, const char *start, char out_start[static 6],
                           char out_end[static 6]) {
    int minutes = start_of(region, start);

    print_time(minutes, out_start);
    print_time(minutes + LENGTH_MINUTES, out_end);
}

bool maintenance_window_at(const char *region, const char *start, int64_t now_ms,
                           int64_t *out_began_ms, int64_t *out_next_ms) {
    const int64_t day_ms = (int64_t)DAY_MINUTES * MINUTE_MS;
    int64_t began_ms = now_ms - now_ms % day_ms + start_of(region, start) * MINUTE_MS;

    if (began_ms > now_ms) began_ms -= day_ms;
    *out_began_ms = began_ms;
    *out_next_ms = began_ms + day_ms;
    return now_ms < began_ms + LENGTH_MINUTES * MINUTE_MS;
}
