// Which status follows which: the only door for a change of an application's status.
//
//   READY ──start──► STARTING ──up──► RUNNING ──stop──► STOPPING ──halted──► READY
//                        │              │  ▲ ▲
//                        └─abandoned─►  │  │ └──up/reverted── UPDATING, AUTOSCALING ──abandoned──►
//                        READY
//                            READY      │  │                 MAINTENANCE
//                                       │  │                      │
//                                       │  └──up── ROLLING_BACK ◄─┘ roll back
//                                       └──finished, failed──► READY
//   every status but READY and DELETING ──force stop──► FORCE_STOPPING ──halted──► READY
//   every status but DELETING           ──delete──► DELETING
#pragma once

#include "base/error.h"
#include "model/app.h"

enum app_event {
    EVENT_START,
    EVENT_STOP,
    EVENT_FORCE_STOP,
    EVENT_UPDATE,
    EVENT_SCALE,
    EVENT_MAINTENANCE,
    EVENT_ROLL_BACK,
    EVENT_DELETE,
    EVENT_UP,        // the move is done: every vertex runs on the new cluster
    EVENT_REVERTED,  // the move was given up before the old job stopped: that continues
    EVENT_RESUMED,   // a roll back could not start the version before: it is recovered from now on
    EVENT_ABANDONED, // the move failed after HALT, or there was no old job: nothing runs
    EVENT_HALTED,    // the job was stopped as asked
    EVENT_FINISHED,  // a bounded job reached its end
    EVENT_FAILED,    // the job failed for good while running
    APP_EVENT_COUNT,
};

const char *app_event_name(enum app_event event);

// True when `event` is possible in `status`. Each command checks it first.
bool lifecycle_allows(enum app_status status, enum app_event event);

// Changes `*status`. ERROR_CONFLICT: the table has no such edge; `*status` is unchanged.
MUST_CHECK bool lifecycle_apply(enum app_status *status, enum app_event event, struct error *err);
