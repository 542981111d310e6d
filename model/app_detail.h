// One application as DescribeApplication needs it: the moving part and a version's record.
#pragma once

#include "model/app.h"
#include "model/app_version.h"

struct app_detail {
    struct app app;
    struct app_version version;
    char *job_plan; // owned; NULL unless a job runs and its plan is known
};
void app_detail_release(struct app_detail *detail);
DEFINE_AUTO_STRUCT(app_detail_release, struct app_detail);
