#include "controller/service/service.h"

#include "storage/version_store.h"

bool service_load_spec(const struct app_service *service, const char *app_id, int64_t version,
                       struct job_spec *out_spec, struct error *err) {
    AUTO(app_version_release) struct app_version loaded = {0};

    if (!version_store_load(service->db, app_id, version, &loaded, err)) return false;
    job_spec_read(&loaded, out_spec);
    return true;
}
