// The daemon as an object, for the files daemon*.c: what it is made of, and who makes which part.
#pragma once

#include "api/http_server.h"
#include "base/clock.h"
#include "controller/controller.h"
#include "daemon/data_directory.h"
#include "daemon/options.h"
#include "runtime/code/file_code_store.h"
#include "runtime/fence/sandbox.h"
#include "runtime/host/argument_list.h"
#include "runtime/host/java.h"
#include "runtime/local/clusters.h"
#include "runtime/objects/object_store.h"
#include "runtime/transfer/bucket_transfers.h"

#include <systemd/sd-event.h>

struct daemon {
    const struct options *options;
    const char *allowed_hosts[OPTIONS_ALLOWED_HOSTS_MAX + 1];
    struct data_directory data;
    char code_objects[FILE_PATH_MAX]; // the directory of buckets; "" = an S3 endpoint
    struct sandbox sandbox;
    struct document *document; // of the API
    bool has_document;
    struct error no_document; // why it could not be read
    struct java java;
    bool has_java;
    int64_t memory_budget_bytes;
    struct argument_list job_environment;
    sd_event *loop;
    sd_event_source *timer;  // the reconciler's next turn
    struct bent_clock clock; // the service's
    struct db *db;
    struct file_code_store *code;
    struct bucket_transfers *transfers;
    struct local_clusters *clusters;
    struct app_service *service;
    struct object_store objects; // of the S3 endpoint
    uint16_t s3_port;            // on which jobs reach it
    struct http_server *server;
};

// --- daemon.c ---

// Sets the timer to the reconciler's next turn. `userdata`: a struct daemon.
void daemon_set_timer(void *userdata);

// --- daemon_open.c ---

// Opens all parts but the data directory and the loop, which are open. Those that were opened
// before a failure stay open.
MUST_CHECK bool daemon_open_parts(struct daemon *self, struct error *err);

// Where buckets are directories.
MUST_CHECK bool daemon_s3_directory(const struct daemon *self, char out[static FILE_PATH_MAX],
                                    struct error *err);

// --- daemon_s3.c ---

MUST_CHECK bool daemon_open_objects(struct daemon *self, struct error *err);
// Opens the port on which jobs reach the S3 endpoint. It is the same in the next daemon: a job that
// runs on knows it.
MUST_CHECK bool daemon_serve_jobs(struct daemon *self, struct error *err);

// --- daemon_status.c, for the server; `userdata`: a struct daemon ---

void daemon_add_status(void *userdata, json_t *status);
// Can an application be started? ERROR_UNAVAILABLE: there is no Java or no runtime.
bool daemon_is_ready(void *userdata, struct error *err);
