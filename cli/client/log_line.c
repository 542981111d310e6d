#include "cli/client/log_line.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

static const char SHAPE[] = "dddd-dd-dd dd:dd:dd,ddd ";

static bool has_shape(const char *text) {
    for (size_t at = 0; SHAPE[at] != '\0'; at++) {
        bool is_digit = text[at] >= '0' && text[at] <= '9';
        if (SHAPE[at] == 'd' ? !is_digit : text[at] != SHAPE[at]) return false;
    }
    return true;
}

static int64_t number(const char *text, size_t digits) {
    int64_t value = 0;

    for (size_t at = 0; at < digits; at++)
        value = value * 10 + (text[at] - '0');
    return value;
}

// Days since 1970 of a date of the proleptic Gregorian calendar; years begin in March, so that the
// leap day comes last.
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    if (month <= 2) year--;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return 365 * year + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

static int64_t time_of(const char *text) {
    int64_t days = days_of(number(text, 4), number(text + 5, 2), number(text + 8, 2));
    int64_t seconds =
        number(text + 11, 2) * 3600 + number(text + 14, 2) * 60 + number(text + 17, 2);

    return (days * 86400 + seconds) * 1000 + number(text + 20, 3);
}

static bool read_level(const char *text, struct log_line *line) {
    static const struct {
        const char *name;
        enum log_line_level level;
    } levels[] = {{"ERROR ", LOG_LINE_ERROR}, {"FATAL ", LOG_LINE_ERROR},
                  {"WARN ", LOG_LINE_WARN},   {"INFO ", LOG_LINE_INFO},
                  {"DEBUG ", LOG_LINE_DEBUG}, {"TRACE ", LOG_LINE_DEBUG}};

    for (size_t index = 0; index < COUNT_OF(levels); index++) {
        if (!text_starts_with(text, levels[index].name)) continue;
        line->level = levels[index].level;
        return true;
    }
    return false;
}

bool log_line_read(const char *text, struct log_line *out_line) {
    struct log_line line = {0};

    if (!has_shape(text)) return false;
    line.time_ms = time_of(text);
    text += sizeof SHAPE - 1;
    if (!read_level(text, &line)) return false;
    text += strcspn(text, " ");
    text += strspn(text, " ");
    line.logger = text;
    line.logger_length = strcspn(text, " ");
    const char *dash = strstr(text, " - ");
    line.message = dash == NULL ? text + line.logger_length : dash + 3;
    *out_line = line;
    return true;
}

static bool is_of(const struct log_line *line, const char *const *prefixes) {
    for (; *prefixes != NULL; prefixes++)
        if (line->logger_length >= strlen(*prefixes) && text_starts_with(line->logger, *prefixes))
            return true;
    return false;
}

bool log_line_is_of_flink(const struct log_line *line) {
    static const char *const framework[] = {"org.apache.flink.", "org.apache.pekko.", "akka.",
                                            "org.apache.kafka.", NULL};

    return is_of(line, framework);
}

bool log_line_is_frame(const char *text) {
    size_t blank = strspn(text, " \t");

    return blank > 0 &&
           (text_starts_with(text + blank, "at ") || text_starts_with(text + blank, "... "));
}

bool log_line_is_interesting(const struct log_line *line) {
    // Warnings of every healthy start.
    static const char *const noise[] = {"org.apache.flink.configuration.",
                                        "org.apache.flink.runtime.security.token.",
                                        "org.apache.flink.runtime.webmonitor.",
                                        "org.apache.pekko.",
                                        "akka.",
                                        NULL};

    if (line->level == LOG_LINE_DEBUG) return false;
    if (!log_line_is_of_flink(line)) return true;
    return line->level == LOG_LINE_ERROR || (line->level == LOG_LINE_WARN && !is_of(line, noise));
}
