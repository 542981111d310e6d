// One version of an application's configuration. It is never changed after it was written.
#pragma once

#include "base/json.h"
#include "model/app.h"

#define CODE_SHA256_SIZE 65

// `config` is the record itself: a JSON object in the shape of DescribeApplication, with
// all defaults filled in:
//   {"RuntimeEnvironment", "ServiceExecutionRole", "ApplicationMode", "ApplicationDescription"?,
//    "ApplicationConfigurationDescription": {...}, "CloudWatchLoggingOptionDescriptions": [...]}
// without what can change within a version (status, CurrentParallelism,
// RunConfigurationDescription).
struct app_version {
    int64_t version;
    json_t *config;                     // owned
    char code_sha256[CODE_SHA256_SIZE]; // of the code in the store; "" = no code
    char token[APP_TOKEN_SIZE];         // ConditionalToken
    int64_t created_at_ms;
    int64_t updated_from;     // ApplicationVersionUpdatedFrom; 0 = none
    int64_t rolled_back_from; // 0 = none
    int64_t rolled_back_to;   // 0 = none
    bool is_rolled_back;      // the application was rolled back from it: listed as ROLLED_BACK
};

void app_version_release(struct app_version *version);
DEFINE_AUTO_STRUCT(app_version_release, struct app_version);
