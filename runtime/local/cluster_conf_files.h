// Writes the configuration files of a cluster (cluster_conf.h) into its directory.
#pragma once

#include "runtime/local/cluster_conf.h"

// Does not wait for the disk. ERROR_SYSTEM.
MUST_CHECK bool cluster_conf_write(const struct launch_spec *spec, const char *instance,
                                   const struct cluster_ports *ports,
                                   const struct workspace_paths *paths,
                                   int64_t heartbeat_timeout_ms,
                                   const struct job_surroundings *surroundings, struct error *err);
