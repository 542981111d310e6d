#include "api/operations.h"

#include "base/cleanup.h"

#include <string.h>

// clang-format off
static const struct operation_row rows[] = {
    {"AddApplicationCloudWatchLoggingOption",         ops_add_logging_option, false},
    {"AddApplicationInput",                           ops_sql_only, false},
    {"AddApplicationInputProcessingConfiguration",    ops_sql_only, false},
    {"AddApplicationOutput",                          ops_sql_only, false},
    {"AddApplicationReferenceDataSource",             ops_sql_only, false},
    {"AddApplicationVpcConfiguration",                ops_add_vpc_configuration, false},
    {"CreateApplication",                             ops_create_application, false},
    {"CreateApplicationPresignedUrl",                 ops_create_application_presigned_url, false},
    {"CreateApplicationSnapshot",                     ops_create_application_snapshot, false},
    {"DeleteApplication",                             ops_delete_application, false},
    {"DeleteApplicationCloudWatchLoggingOption",      ops_delete_logging_option, false},
    {"DeleteApplicationInputProcessingConfiguration", ops_sql_only, false},
    {"DeleteApplicationOutput",                       ops_sql_only, false},
    {"DeleteApplicationReferenceDataSource",          ops_sql_only, false},
    {"DeleteApplicationSnapshot",                     ops_delete_application_snapshot, false},
    {"DeleteApplicationVpcConfiguration",             ops_delete_vpc_configuration, false},
    {"DescribeApplication",                           ops_describe_application, true},
    {"DescribeApplicationOperation",                  ops_describe_application_operation, true},
    {"DescribeApplicationSnapshot",                   ops_describe_application_snapshot, true},
    {"DescribeApplicationVersion",                    ops_describe_application_version, true},
    {"DiscoverInputSchema",                           ops_sql_only, false},
    {"ListApplicationOperations",                     ops_list_application_operations, true},
    {"ListApplicationSnapshots",                      ops_list_application_snapshots, true},
    {"ListApplicationVersions",                       ops_list_application_versions, true},
    {"ListApplications",                              ops_list_applications, true},
    {"ListTagsForResource",                           ops_list_tags_for_resource, true},
    {"RollbackApplication",                           ops_rollback_application, false},
    {"StartApplication",                              ops_start_application, false},
    {"StopApplication",                               ops_stop_application, false},
    {"TagResource",                                   ops_tag_resource, false},
    {"UntagResource",                                 ops_untag_resource, false},
    {"UpdateApplication",                             ops_update_application, false},
    {"UpdateApplicationMaintenanceConfiguration",     ops_update_maintenance_configuration, false},
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
