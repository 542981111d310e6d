// The database, for the API: commands of one turn of the loop are committed together.
#include "controller/commands/app_service_own.h"
#include "controller/service/service.h"

void app_service_begin_batch(struct app_service *service) {
    db_batch_begin(service->db);
}

bool app_service_has_batch(const struct app_service *service) {
    return db_batch_has_writes(service->db);
}

bool app_service_commit_batch(struct app_service *service, struct error *err) {
    return db_batch_commit(service->db, err);
}

void app_service_end_batch(struct app_service *service) {
    db_batch_end(service->db);
}

uint64_t app_service_generation(const struct app_service *service) {
    return db_generation(service->db);
}

bool app_service_check_writable(struct app_service *service, struct error *err) {
    return db_check_writable(service->db, err);
}
