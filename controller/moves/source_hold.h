// May the next job of an application read its sources? Kobel's own tag decides, for rehearsals: see
// docs/decisions/0036-held-sources.md. A cluster keeps what it was launched with.
#pragma once

#include "controller/service/service.h"

#define SOURCE_HOLD_TAG "kobel:hold-sources"

// *out_holds: the application has the tag, with any value but "false". A value with a mistake never
// lets a job read.
MUST_CHECK bool source_hold_find(struct app_service *service, const char *app_id, bool *out_holds,
                                 struct error *err);
