// Makes the record of a configuration (model/app_version.h) from a request, and the next record
// from an update. Pure.
#pragma once

#include "base/json.h"
#include "runtime/code_store.h"

// The record of version 1 from a validated CreateApplication request, every default filled in
// (facts/api.md 3.2, 3.3). Sub-resources get the ids "1.1", "1.2"... `artifact` is NULL when the
// request has no code. The caller owns the result.
json_t *app_config_create(const json_t *request, const struct code_artifact *artifact);

// The next record from the one before and a validated UpdateApplication request (merge
// rules of facts/api.md 3.3). `artifact` is NULL when the request does not touch the code.
// ERROR_INVALID: an update names a sub-resource that does not exist.
MUST_CHECK bool app_config_update(const json_t *config, const json_t *request,
                                  const struct code_artifact *artifact, json_t **out_config,
                                  struct error *err);

// Where the code of a Create or Update request is. `config` is the record before (NULL for a
// creation): an update that has only a new ObjectVersion keeps bucket and key. ERROR_INVALID: more
// than one kind of code.
struct code_request {
    bool has_code; // false: the request does not change the code
    bool is_zip;   // its bytes came with the request; bucket and key are empty
    char bucket[256];
    char key[1025];
    char object_version[1025]; // "" = the newest
};
MUST_CHECK bool app_config_find_code(const json_t *config, const json_t *request,
                                     struct code_request *out_code, struct error *err);
