// The port to programs that do not run: main() is run once more, apart from any cluster, to find
// which operators the job has that it would submit. It may be missing (`ops` is NULL).
//
// Every call returns at once.
#pragma once

#include "model/app_sizes.h"
#include "model/cluster_size.h"
#include "model/job_graph.h"
#include "model/job_spec.h"

struct program_order {
    struct job_spec spec;         // the parallelism is the one to run with
    struct cluster_size size;     // main() gets the memory of this cluster's JobManager
    const char *properties_text;  // see struct submission; borrowed for the call
    char region[APP_REGION_SIZE]; // see struct launch_spec
};

struct program_report {
    struct job_graph graph;
    bool has_several_jobs; // main() submits more than one: the graph is that of the first
};

// Called once, never from within inspect(): exactly one of `report` (borrowed for the call) and
// `err` is not NULL. ERROR_INVALID: the program has no job, or main() failed, did not end in time,
// or ended its process. ERROR_UNAVAILABLE: it cannot be run here now. ERROR_NOT_FOUND: its code is
// not in the store.
typedef void program_done_fn(void *userdata, const struct program_report *report,
                             const struct error *err);
struct program_inspection;

struct program_ops {
    // Programs that wait have turns. What was found for the same code, runtime, parallelism and
    // properties is kept for a while and found again without running main(). The handle is valid,
    // and can be cancelled, until `done` is called.
    struct program_inspection *(*inspect)(void *self, const struct program_order *order,
                                          program_done_fn *done, void *userdata);
    void (*cancel)(void *self, struct program_inspection *inspection);
};

// An implementation and its object, passed by value; {0} = missing.
struct program_port {
    const struct program_ops *ops;
    void *self;
};

// NULL: the port is missing, and `done` is not called.
static inline struct program_inspection *program_inspect(const struct program_port *port,
                                                         const struct program_order *order,
                                                         program_done_fn *done, void *userdata) {
    return port->ops == NULL ? NULL : port->ops->inspect(port->self, order, done, userdata);
}

static inline void program_cancel(const struct program_port *port,
                                  struct program_inspection *inspection) {
    if (port->ops != NULL) port->ops->cancel(port->self, inspection);
}
