// The record of one asynchronous operation.
#pragma once

#include "model/app.h"

enum operation_status {
    OPERATION_IN_PROGRESS,
    OPERATION_CANCELLED,
    OPERATION_SUCCESSFUL,
    OPERATION_FAILED,
    OPERATION_STATUS_COUNT,
};

const char *operation_status_name(enum operation_status value);
bool operation_status_from_name(const char *name, enum operation_status *out_value);

#define OPERATION_NAME_SIZE  65
#define OPERATION_ERROR_SIZE 513 // the service truncates ErrorString at 512 characters

struct operation {
    int64_t sequence;               // set by the store; increases with every operation
    char id[APP_OPERATION_ID_SIZE]; // 12 characters [A-Za-z0-9]
    char name[OPERATION_NAME_SIZE]; // "StartApplication"
    enum operation_status status;
    int64_t started_at_ms;
    int64_t ended_at_ms;  // 0 while in progress
    int64_t version_from; // ApplicationVersionChangeDetails; 0 = none
    int64_t version_to;
    char error[OPERATION_ERROR_SIZE]; // ErrorString; "" = none
    char rollback_operation_id[APP_OPERATION_ID_SIZE];
};
