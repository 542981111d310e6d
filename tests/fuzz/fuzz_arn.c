// ARNs of applications, snapshots and buckets: a name that is accepted has the form of one, and is
// not a path.
#include "base/memory.h"
#include "fuzz/fuzz.h"
#include "model/arn.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(memory_free) char *arn = memory_alloc(size + 1);
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    char snapshot[ENHANCED_NAME_SIZE];
    char bucket[64];
    struct error err;

    memcpy(arn, data, size);
    if (arn_parse_app(arn, &scope, name, &err)) {
        FUZZ_EXPECT(strncmp(arn, "arn:", 4) == 0 && name[0] != '\0');
        FUZZ_EXPECT(strstr(arn, name) != NULL && strstr(arn, scope.region) != NULL);
    }
    if (arn_parse_snapshot(arn, &scope, snapshot, &err)) {
        FUZZ_EXPECT(arn_is_snapshot(arn) && snapshot[0] != '\0' && strchr(snapshot, '/') == NULL);
        FUZZ_EXPECT(strstr(arn, snapshot) != NULL);
    }
    if (arn_parse_bucket(arn, bucket, sizeof bucket, &err))
        FUZZ_EXPECT(bucket[0] != '\0' && bucket[0] != '.' && strchr(bucket, '/') == NULL);
    return 0;
}
