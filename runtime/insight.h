// The port to the inside of a cluster: measurements, Flink's plan of the job, its dashboard, logs,
// and injected faults. It may be missing (`ops` is NULL): then the functions below return nothing.
// No decision that a job depends on needs it.
//
// Every call returns at once.
#pragma once

#include "base/error.h"
#include "base/growing_file.h"
#include "model/app.h"
#include "runtime/job_measurement.h"

// An answer of the cluster's web interface.
struct insight_page {
    long status;
    const char *content_type; // "" when there is none
    const char *body;         // borrowed for the call
    size_t size_bytes;
};
// Called once, never from within fetch(): exactly one of `page` and `err` is not NULL.
typedef void insight_page_fn(void *userdata, const struct insight_page *page,
                             const struct error *err);
struct insight_fetch;

// Faults that can be injected, for tests.
enum insight_fault {
    INSIGHT_FAULT_KILL_JOBMANAGER,
    INSIGHT_FAULT_KILL_TASKMANAGER, // one of them
    INSIGHT_FAULT_FAIL_SAVEPOINT,   // the next one
    INSIGHT_FAULT_COUNT,
};

// A log or output of a process of a cluster, which runs or has ended.
#define INSIGHT_LOG_FILE_SIZE  64
#define INSIGHT_LOG_PAGE_BYTES 65536

struct insight_log {
    char cluster_id[APP_CLUSTER_ID_SIZE];
    int64_t number;                   // the application's clusters are numbered
    char file[INSIGHT_LOG_FILE_SIZE]; // "jobmanager.log", "taskmanager-1.out"
    int64_t size_bytes;               // the position of its end
};
typedef void insight_log_fn(void *userdata, const struct insight_log *log);

// A part of a log, from a position on. The oldest part of a log is removed from time to time, which
// moves the rest; a reader that asks for `next` still continues where it was.
struct insight_log_page {
    enum growing_file_place place; // do the bytes follow those before the position?
    int64_t from;                  // the position of the bytes
    int64_t next;                  // the position to ask for next
    int64_t size_file_bytes;
    size_t size_bytes;
    char bytes[INSIGHT_LOG_PAGE_BYTES]; // of any kind; characters of UTF-8 are not cut
};

struct insight_ops {
    // Measures the running job. Afterwards `measured` returns a new number, and the change callback
    // of the clusters is called. On a failure nothing happens.
    void (*measure)(void *self, const char *cluster_id);
    // The newest measurement of the cluster's job; NULL = none yet. Valid until the next call of
    // the port.
    const struct job_measurement *(*measured)(void *self, const char *cluster_id);

    // Flink's plan of the running job, as JSON text that the caller frees; NULL = not known yet.
    char *(*job_plan)(void *self, const char *cluster_id);
    // GETs `path` ("/overview", with its query) of the cluster's dashboard. NULL: no dashboard, or
    // the cluster is not READY. The handle is valid, and can be cancelled, until `done` is called.
    struct insight_fetch *(*fetch)(void *self, const char *cluster_id, const char *path,
                                   insight_page_fn *done, void *userdata);
    void (*cancel_fetch)(void *self, struct insight_fetch *fetch);

    // Injects a fault. ERROR_UNAVAILABLE: no such cluster, or it is not READY.
    bool (*inject)(void *self, const char *cluster_id, enum insight_fault fault, struct error *err);

    // The logs of the application's clusters, the oldest cluster's first.
    bool (*list_logs)(void *self, const char *app_id, insight_log_fn *visit, void *userdata,
                      struct error *err);
    // ERROR_NOT_FOUND: no such log.
    bool (*read_log)(void *self, const char *app_id, const char *cluster_id, const char *file,
                     int64_t from, struct insight_log_page *out_page, struct error *err);
};

// An implementation and its object, passed by value; {0} = missing.
struct insight_port {
    const struct insight_ops *ops;
    void *self;
};

static inline bool insight_is_missing(const struct insight_port *port) {
    return port->ops == NULL;
}

static inline void insight_measure(const struct insight_port *port, const char *cluster_id) {
    if (!insight_is_missing(port)) port->ops->measure(port->self, cluster_id);
}

static inline const struct job_measurement *insight_measured(const struct insight_port *port,
                                                             const char *cluster_id) {
    return insight_is_missing(port) ? NULL : port->ops->measured(port->self, cluster_id);
}

static inline char *insight_job_plan(const struct insight_port *port, const char *cluster_id) {
    return insight_is_missing(port) ? NULL : port->ops->job_plan(port->self, cluster_id);
}

static inline struct insight_fetch *insight_fetch(const struct insight_port *port,
                                                  const char *cluster_id, const char *path,
                                                  insight_page_fn *done, void *userdata) {
    if (insight_is_missing(port)) return NULL;
    return port->ops->fetch(port->self, cluster_id, path, done, userdata);
}

static inline void insight_cancel_fetch(const struct insight_port *port,
                                        struct insight_fetch *fetch) {
    if (!insight_is_missing(port)) port->ops->cancel_fetch(port->self, fetch);
}

// ERROR_UNSUPPORTED where the port is missing.
MUST_CHECK static inline bool insight_inject(const struct insight_port *port,
                                             const char *cluster_id, enum insight_fault fault,
                                             struct error *err) {
    if (insight_is_missing(port))
        return error_set(err, ERROR_UNSUPPORTED, "faults cannot be injected into this cluster");
    return port->ops->inject(port->self, cluster_id, fault, err);
}

// No logs where the port is missing.
MUST_CHECK static inline bool insight_list_logs(const struct insight_port *port, const char *app_id,
                                                insight_log_fn *visit, void *userdata,
                                                struct error *err) {
    return insight_is_missing(port) ||
           port->ops->list_logs(port->self, app_id, visit, userdata, err);
}

MUST_CHECK static inline bool insight_read_log(const struct insight_port *port, const char *app_id,
                                               const char *cluster_id, const char *file,
                                               int64_t from, struct insight_log_page *out_page,
                                               struct error *err) {
    if (insight_is_missing(port))
        return error_set(err, ERROR_NOT_FOUND, "the logs of clusters are not kept here");
    return port->ops->read_log(port->self, app_id, cluster_id, file, from, out_page, err);
}
