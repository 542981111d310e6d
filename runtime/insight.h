// The port to what can be seen inside a cluster, and made to go wrong there: measurements, Flink's
// plan of the job, its dashboard, logs, faults. It may be missing (`ops` is NULL) where clusters
// only run: the functions below then answer that there is nothing to see. No decision that a job
// depends on needs it.
//
// Every call returns at once.
#pragma once

#include "base/error.h"
#include "base/growing_file.h"
#include "model/app.h"
#include "runtime/job_measurement.h"

// An answer of the cluster's own web interface.
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

// What can be made to go wrong on purpose, for tests of users and of ours.
enum insight_fault {
    INSIGHT_FAULT_KILL_JOBMANAGER,
    INSIGHT_FAULT_KILL_TASKMANAGER, // one of them
    INSIGHT_FAULT_FAIL_SAVEPOINT,   // the next one
    INSIGHT_FAULT_COUNT,
};

// A log or an output of a process of a cluster that runs, or that has ended and whose logs are
// kept.
#define INSIGHT_LOG_FILE_SIZE  64
#define INSIGHT_LOG_PAGE_BYTES 65536

struct insight_log {
    char cluster_id[APP_CLUSTER_ID_SIZE];
    int64_t number;                   // of the cluster: the application's clusters are counted
    char file[INSIGHT_LOG_FILE_SIZE]; // "jobmanager.log", "taskmanager-1.out"
    int64_t size_bytes;               // where it ends
};
typedef void insight_log_fn(void *userdata, const struct insight_log *log);

// The bytes of one from a position on. The oldest part of a log is given back to the file system,
// and cut off now and then, which moves what is left: a reader that asks for `next` still continues
// where it was.
struct insight_log_page {
    enum growing_file_place place; // does it follow what lay before the position?
    int64_t from;                  // where the bytes are now
    int64_t next;                  // what to ask for next
    int64_t size_file_bytes;
    size_t size_bytes;
    char bytes[INSIGHT_LOG_PAGE_BYTES]; // anything; characters of UTF-8 are not cut
};

struct insight_ops {
    // Measures the job that runs. When it is done, `measured` gives another number and the change
    // callback of the clusters is called; where it cannot be done, nothing happens.
    void (*measure)(void *self, const char *cluster_id);
    // The newest measurement of the cluster's job; NULL: none yet. Valid until the next call of the
    // port.
    const struct job_measurement *(*measured)(void *self, const char *cluster_id);

    // Flink's plan of the job that runs, as JSON text that the caller frees; NULL while it is not
    // known.
    char *(*job_plan)(void *self, const char *cluster_id);
    // GETs `path` ("/overview", with its query) of the cluster's dashboard. NULL: there is none, or
    // the cluster is not READY. The handle is gone once `done` was called; until then it can be
    // cancelled.
    struct insight_fetch *(*fetch)(void *self, const char *cluster_id, const char *path,
                                   insight_page_fn *done, void *userdata);
    void (*cancel_fetch)(void *self, struct insight_fetch *fetch);

    // Makes something go wrong. ERROR_UNAVAILABLE: no such cluster, or it is not READY.
    bool (*inject)(void *self, const char *cluster_id, enum insight_fault fault, struct error *err);

    // The logs of the application's clusters, the oldest cluster's first.
    bool (*list_logs)(void *self, const char *app_id, insight_log_fn *visit, void *userdata,
                      struct error *err);
    // ERROR_NOT_FOUND: there is no such log.
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
