#include "model/app_version.h"

void app_version_release(struct app_version *version) {
    json_decref(version->config);
    version->config = NULL;
}
