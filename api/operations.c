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
    {"AddApplicationCloudWatchLoggingOption",         ops_add_logging_option},
    {"AddApplicationInput",                           ops_sql_only},
    {"AddApplicationInputProcessingConfiguration",    ops_sql_only},
    {"AddApplicationOutput",                          ops_sql_only},
    {"AddApplicationReferenceDataSource",             ops_sql_only},
    {"AddApplicationVpcConfiguration",                ops_add_vpc_configuration},
    {"CreateApplication",                             ops_create_application},
    {"CreateApplicationPresignedUrl",                 unsupported},
    {"CreateApplicationSnapshot",                     ops_create_application_snapshot},
    {"DeleteApplication",                             ops_delete_application},
    {"DeleteApplicationCloudWatchLoggingOption",      ops_delete_logging_option},
    {"DeleteApplicationInputProcessingConfiguration", ops_sql_only},
    {"DeleteApplicationOutput",                       ops_sql_only},
    {"DeleteApplicationReferenceDataSource",          ops_sql_only},
    {"DeleteApplicationSnapshot",                     ops_delete_application_snapshot},
    {"DeleteApplicationVpcConfiguration",             ops_delete_vpc_configuration},
    {"DescribeApplication",                           ops_describe_application},
    {"DescribeApplicationOperation",                  ops_describe_application_operation},
    {"DescribeApplicationSnapshot",                   ops_describe_application_snapshot},
    {"DescribeApplicationVersion",                    ops_describe_application_version},
    {"DiscoverInputSchema",                           ops_sql_only},
    {"ListApplicationOperations",                     ops_list_application_operations},
    {"ListApplicationSnapshots",                      ops_list_application_snapshots},
    {"ListApplicationVersions",                       ops_list_application_versions},
    {"ListApplications",                              ops_list_applications},
    {"ListTagsForResource",                           ops_list_tags_for_resource},
    {"RollbackApplication",                           ops_rollback_application},
    {"StartApplication",                              ops_start_application},
    {"StopApplication",                               ops_stop_application},
    {"TagResource",                                   ops_tag_resource},
    {"UntagResource",                                 ops_untag_resource},
    {"UpdateApplication",                             ops_update_application},
    {"UpdateApplicationMaintenanceConfiguration",     ops_update_maintenance_configuration},
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
