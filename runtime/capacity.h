// The port to what the clusters share: memory, spares, installed runtimes. It may be missing (`ops`
// is NULL): then the functions below keep no spare and report 0 bytes in use, so that only the
// memory promised to a launch counts against the budget.
//
// Every call returns at once.
#pragma once

#include "runtime/cluster.h"

#include <stdint.h>

struct capacity_ops {
    // Keeps a cluster of this runtime and size ready, so that the next launch of the same shape, by
    // any application, needs no boot. `cluster_id` is not read. It may not be fulfilled: memory and
    // more urgent work come first, and newer wishes come before older ones.
    void (*keep_spare)(void *self, const struct launch_spec *spec);
    // From now on only these runtimes (bits by enum runtime_environment) are in use: they cannot be
    // removed without force.
    void (*hold_runtimes)(void *self, uint32_t runtimes);

    // Memory that counts against the budget (cluster_size_counted_bytes): of all clusters that were
    // launched and are not retired, and of one of them; 0 = unknown.
    int64_t (*memory_used_bytes)(void *self);
    int64_t (*memory_of_bytes)(void *self, const char *cluster_id);
};

// An implementation and its object, passed by value; {0} = missing.
struct capacity_port {
    const struct capacity_ops *ops;
    void *self;
};

static inline void capacity_keep_spare(const struct capacity_port *port,
                                       const struct launch_spec *spec) {
    if (port->ops != NULL) port->ops->keep_spare(port->self, spec);
}

static inline void capacity_hold_runtimes(const struct capacity_port *port, uint32_t runtimes) {
    if (port->ops != NULL) port->ops->hold_runtimes(port->self, runtimes);
}

static inline int64_t capacity_memory_used_bytes(const struct capacity_port *port) {
    return port->ops == NULL ? 0 : port->ops->memory_used_bytes(port->self);
}

static inline int64_t capacity_memory_of_bytes(const struct capacity_port *port,
                                               const char *cluster_id) {
    return port->ops == NULL ? 0 : port->ops->memory_of_bytes(port->self, cluster_id);
}
