#include "api/version_one.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

static const char TARGET_PREFIX[] = "KinesisAnalytics_20150814.";

static const struct {
    const char *name;
    bool is_shared;
} operations[] = {
    {"AddApplicationCloudWatchLoggingOption", false},
    {"AddApplicationInput", false},
    {"AddApplicationInputProcessingConfiguration", false},
    {"AddApplicationOutput", false},
    {"AddApplicationReferenceDataSource", false},
    {"CreateApplication", false},
    {"DeleteApplication", false},
    {"DeleteApplicationCloudWatchLoggingOption", false},
    {"DeleteApplicationInputProcessingConfiguration", false},
    {"DeleteApplicationOutput", false},
    {"DeleteApplicationReferenceDataSource", false},
    {"DescribeApplication", false},
    {"DiscoverInputSchema", false},
    {"ListApplications", false},
    {"ListTagsForResource", true},
    {"StartApplication", false},
    {"StopApplication", false},
    {"TagResource", true},
    {"UntagResource", true},
    {"UpdateApplication", false},
};

const char *version_one_find(const char *target) {
    if (target == NULL || !text_starts_with(target, TARGET_PREFIX)) return NULL;
    for (size_t index = 0; index < COUNT_OF(operations); index++)
        if (text_equal(operations[index].name, target + strlen(TARGET_PREFIX)))
            return operations[index].name;
    return NULL;
}

bool version_one_is_shared(const char *operation) {
    for (size_t index = 0; index < COUNT_OF(operations); index++)
        if (text_equal(operations[index].name, operation)) return operations[index].is_shared;
    return false;
}
