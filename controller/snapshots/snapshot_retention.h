// Removes enhanced snapshots that no application has any more: imports, and those whose application
// was deleted. Of the rule `--snapshot-retention` only max-age concerns them, since nothing ranks
// them; the tag "kobel:snapshot-retention" with the value "none" keeps one. Those of an application
// are controller/moves/retention.h's.
#pragma once

#include "controller/service/service.h"

// *out_next_ms: when the next one is too old, by the service's clock; 0 = none will be.
MUST_CHECK bool snapshot_retention_apply(struct app_service *service, int64_t *out_next_ms,
                                         struct error *err);
