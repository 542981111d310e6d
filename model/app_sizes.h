// The sizes of an application's texts, terminator included. Where the API document limits one, the
// size is that limit + 1 (tests/unit/model/document_test.c).
#pragma once

#define APP_ID_SIZE            17 // 16 hex digits, internal; names files and rows
#define APP_NAME_SIZE          129
#define APP_ACCOUNT_SIZE       13
#define APP_REGION_SIZE        33
#define APP_TOKEN_SIZE         65
#define APP_CLUSTER_ID_SIZE    33 // "<app id>-<attempt, hex>"; never used twice
#define APP_JOB_ID_SIZE        33 // Flink's: 32 hex digits; savepoint trigger ids as well
#define APP_OPERATION_ID_SIZE  13
#define APP_SNAPSHOT_NAME_SIZE 257
#define APP_FAILURE_SIZE       1024
#define ENCRYPTION_KEY_SIZE    2049
