#include "api/s3/s3_time.h"

#include "base/text.h"

#include <time.h>

static const char *const DAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static struct tm parts_of(int64_t time_ms) {
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;

    (void)gmtime_r(&seconds, &parts);
    return parts;
}

void s3_time_print_iso(int64_t time_ms, char out[static S3_TIME_SIZE]) {
    struct tm parts = parts_of(time_ms);

    (void)text_format(out, S3_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                      parts.tm_min, parts.tm_sec, (int)(time_ms % 1000));
}

void s3_time_print_http(int64_t time_ms, char out[static S3_TIME_SIZE]) {
    struct tm parts = parts_of(time_ms);

    (void)text_format(out, S3_TIME_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", DAYS[parts.tm_wday],
                      parts.tm_mday, MONTHS[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                      parts.tm_min, parts.tm_sec);
}

// "%b" and "%a" are English: the daemon sets no locale.
bool s3_time_read_http(const char *text, int64_t *out_ms) {
    struct tm parts = {0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &parts);

    if (end == NULL || *end != '\0') return false;
    *out_ms = (int64_t)timegm(&parts) * 1000;
    return true;
}
