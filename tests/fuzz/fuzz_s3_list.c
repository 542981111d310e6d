// Answers of an S3 endpoint, and the names in them: nothing that is accepted leads out of the
// directory of a snapshot.
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "runtime/s3/s3_xml.h"
#include "runtime/transfer/transfer_plan.h"

#include <string.h>

// However the name is split: no part may be empty, "." or "..".
static void check_name(const char *name) {
    FUZZ_EXPECT(name[0] != '/' && !text_ends_with(name, "/") && strstr(name, "//") == NULL);
    FUZZ_EXPECT(strcmp(name, "..") != 0 && !text_starts_with(name, "../"));
    FUZZ_EXPECT(strstr(name, "/../") == NULL && !text_ends_with(name, "/.."));
    FUZZ_EXPECT(strlen(name) <= TRANSFER_PLAN_NAME_MAX_BYTES);
}

static bool visit(void *userdata, const char *path, const char *text) {
    struct transfer_plan *plan = userdata;

    FUZZ_EXPECT(path[0] != '\0' && strlen(path) < S3_XML_PATH_SIZE);
    FUZZ_EXPECT(strlen(text) <= S3_XML_TEXT_MAX_BYTES);
    if (transfer_plan_add(plan, text, 1, NULL)) check_name(text);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};

    if (!s3_xml_read((const char *)data, size, visit, &plan, NULL)) return 0;
    if (!transfer_plan_close(&plan, NULL)) return 0;
    FUZZ_EXPECT(text_equal(plan.files[plan.count - 1]->name, TRANSFER_PLAN_METADATA));
    return 0;
}
