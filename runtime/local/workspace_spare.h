// The directories of spares, which are launched before any application asks for them: see
// workspace.h.
#pragma once

#include "runtime/local/workspace.h"

// <data>/spares, or <data>/apps/.spares where <data>/apps lies on another file system.
MUST_CHECK bool workspace_spares_directory(const char *data_directory,
                                           char out_path[static FILE_PATH_MAX], struct error *err);
// The paths of a spare. It has checkpoints and snapshots only if it is one application's: `app_id`
// is not "".
MUST_CHECK bool workspace_spare_paths_of(const char *data_directory, const char *spare_id,
                                         const char *app_id, struct workspace_paths *out_paths,
                                         struct error *err);
// A spare becomes an application's cluster, which is a link to it: from now on its paths are
// workspace_paths_of() that. Makes what is missing.
MUST_CHECK bool workspace_claim_spare(const char *data_directory, const char *spare_id,
                                      const char *app_id, const char *cluster_id,
                                      struct error *err);
// A claimed spare has ended: its directory takes the place of the link. A cluster that never was a
// spare stays as it is.
MUST_CHECK bool workspace_replace_link(const char *data_directory, const char *app_id,
                                       const char *cluster_id, struct error *err);
// The same for each cluster of an application. A failure of one does not keep the others.
MUST_CHECK bool workspace_replace_links(const char *data_directory, const char *app_id,
                                        struct error *err);
// Of a spare that was not claimed.
MUST_CHECK bool workspace_remove_spare(const char *data_directory, const char *spare_id,
                                       struct error *err);
