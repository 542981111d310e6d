#include "model/app_detail.h"

#include "base/memory.h"

void app_detail_release(struct app_detail *detail) {
    app_version_release(&detail->version);
    memory_free(detail->job_plan);
    detail->job_plan = NULL;
}
