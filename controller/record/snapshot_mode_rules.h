// Rules for SnapshotMode: which kind of snapshots an application takes (facts/api.md 12.7). Pure.
#pragma once

#include "base/json.h"

// A CreateApplication request. ERROR_INVALID: ENHANCED_SNAPSHOTS before FLINK-1_20.
MUST_CHECK bool snapshot_mode_rules_check_create(const json_t *request, struct error *err);

// An UpdateApplication request against the record that it changes. ERROR_INVALID: into the mode
// with a runtime that is too old, also where the same request names a newer one; out of the mode;
// in the mode, to a runtime that is too old.
MUST_CHECK bool snapshot_mode_rules_check_update(const json_t *config, const json_t *request,
                                                 struct error *err);
