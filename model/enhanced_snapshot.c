#include "model/enhanced_snapshot.h"

#include "base/names.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

static const char *const makers[SNAPSHOT_MAKER_COUNT] = {
    [MADE_BY_CREATE] = "CreateSnapshot",
    [MADE_BY_IMPORT] = "ImportSnapshot",
    [MADE_BY_SYSTEM] = "SystemCreateSnapshot",
};

DEFINE_NAMES(snapshot_maker, enum snapshot_maker, makers);

const char *snapshot_maker_initiator(enum snapshot_maker value) {
    return value == MADE_BY_SYSTEM ? "SYSTEM" : "USER";
}

void enhanced_snapshot_row_name(const char *name, char out[static APP_SNAPSHOT_NAME_SIZE]) {
    (void)text_format(out, APP_SNAPSHOT_NAME_SIZE, SNAPSHOT_ENHANCED_PREFIX "%s", name);
}

const char *enhanced_snapshot_of_row_name(const char *row_name) {
    if (!text_starts_with(row_name, SNAPSHOT_ENHANCED_PREFIX)) return NULL;
    return row_name + strlen(SNAPSHOT_ENHANCED_PREFIX);
}

const char *enhanced_snapshot_shown_name(const char *row_name) {
    const char *name = enhanced_snapshot_of_row_name(row_name);

    return name == NULL ? row_name : name;
}

#define RESERVED "SYSTEMSNAPSHOT"
// Of 100 characters; a time in milliseconds has 13 digits until the year 2286.
enum { APP_PART = 71 };

void enhanced_snapshot_system_name(const char *app_name, int64_t now_ms,
                                   char out[static ENHANCED_NAME_SIZE]) {
    (void)text_format(out, ENHANCED_NAME_SIZE, RESERVED "-%.*s-%013lld", APP_PART, app_name,
                      (long long)now_ms);
}

bool enhanced_snapshot_is_reserved(const char *name) {
    return strncasecmp(name, RESERVED, strlen(RESERVED)) == 0;
}
