#include "api/operations.h"

#include "base/cleanup.h"

#include <string.h>

// Part of the service, and not answered here yet.
static void unsupported(struct call *call) {
    struct error err;

    (void)error_set(&err, ERROR_UNSUPPORTED, "%s is not offered by this version of kobel.",
                    call->operation->name);
    call_fail(call, &err);
}

// clang-format off
static const struct operation_row rows[] = {
    {"AddApplicationCloudWatchLoggingOption",         unsupported},
    {"AddApplicationInput",                           unsupported},
    {"AddApplicationInputProcessingConfiguration",    unsupported},
    {"AddApplicationOutput",                          unsupported},
    {"AddApplicationReferenceDataSource",             unsupported},
    {"AddApplicationVpcConfiguration",                unsupported},
    {"CreateApplication",                             ops_create_application},
    {"CreateApplicationPresignedUrl",                 unsupported},
    {"CreateApplicationSnapshot",                     ops_create_application_snapshot},
    {"DeleteApplication",                             ops_delete_application},
    {"DeleteApplicationCloudWatchLoggingOption",      unsupported},
    {"DeleteApplicationInputProcessingConfiguration", unsupported},
    {"DeleteApplicationOutput",                       unsupported},
    {"DeleteApplicationReferenceDataSource",          unsupported},
    {"DeleteApplicationSnapshot",                     ops_delete_application_snapshot},
    {"DeleteApplicationVpcConfiguration",             unsupported},
    {"DescribeApplication",                           ops_describe_application},
    {"DescribeApplicationOperation",                  ops_describe_application_operation},
    {"DescribeApplicationSnapshot",                   ops_describe_application_snapshot},
    {"DescribeApplicationVersion",                    unsupported},
    {"DiscoverInputSchema",                           unsupported},
    {"ListApplicationOperations",                     ops_list_application_operations},
    {"ListApplicationSnapshots",                      ops_list_application_snapshots},
    {"ListApplicationVersions",                       unsupported},
    {"ListApplications",                              ops_list_applications},
    {"ListTagsForResource",                           unsupported},
    {"RollbackApplication",                           unsupported},
    {"StartApplication",                              ops_start_application},
    {"StopApplication",                               ops_stop_application},
    {"TagResource",                                   unsupported},
    {"UntagResource",                                 unsupported},
    {"UpdateApplication",                             ops_update_application},
    {"UpdateApplicationMaintenanceConfiguration",     unsupported},
};
// clang-format on

const struct operation_row *operations_find(const char *name) {
    for (size_t index = 0; index < COUNT_OF(rows); index++)
        if (strcmp(rows[index].name, name) == 0) return &rows[index];
    return NULL;
}

size_t operations_count(void) {
    return COUNT_OF(rows);
}

const struct operation_row *operations_at(size_t index) {
    return &rows[index];
}
