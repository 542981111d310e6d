// The operations of the service and who answers them.
#pragma once

#include "api/call.h"

// Answers the call, now or in a later turn of the loop.
typedef void operation_fn(struct call *call);

struct operation_row {
    const char *name;
    operation_fn *run;
    bool is_question; // changes nothing, and answers from what is on record
};

// NULL: no such operation. Every operation of the document has a row.
const struct operation_row *operations_find(const char *name);
size_t operations_count(void);
const struct operation_row *operations_at(size_t index);

// ops_application.c
void ops_create_application(struct call *call);
void ops_update_application(struct call *call);
void ops_describe_application(struct call *call);
void ops_list_applications(struct call *call);
void ops_delete_application(struct call *call);
// ops_run.c
void ops_start_application(struct call *call);
void ops_stop_application(struct call *call);
void ops_describe_application_operation(struct call *call);
void ops_list_application_operations(struct call *call);
// ops_snapshot.c
void ops_create_application_snapshot(struct call *call);
void ops_describe_application_snapshot(struct call *call);
void ops_list_application_snapshots(struct call *call);
void ops_delete_application_snapshot(struct call *call);
// ops_config.c
void ops_add_logging_option(struct call *call);
void ops_delete_logging_option(struct call *call);
void ops_add_vpc_configuration(struct call *call);
void ops_delete_vpc_configuration(struct call *call);
void ops_update_maintenance_configuration(struct call *call);
void ops_describe_application_version(struct call *call);
void ops_list_application_versions(struct call *call);
void ops_rollback_application(struct call *call);
// ops_tags.c
void ops_tag_resource(struct call *call);
void ops_untag_resource(struct call *call);
void ops_list_tags_for_resource(struct call *call);
void ops_sql_only(struct call *call);
// ops_presign.c
void ops_create_application_presigned_url(struct call *call);
