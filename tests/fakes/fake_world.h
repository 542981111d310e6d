// A whole controller for tests: real SQLite in a temporary file, the fake cluster ports, a fake
// clock and code that is always there. It can crash, which drops all memory and opens the same file
// again.
#pragma once

#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_own.h"
#include "controller/commands/app_service_queries.h"
#include "controller/controller.h"
#include "controller/scaling/metering_options.h"
#include "fakes/fake_cluster.h"

struct fake_world {
    char directory[64];
    char path[96];
    int64_t now_ms;          // of the service's clock; tests set it
    int64_t elapsed_ms;      // of real time; passes with the turns
    int64_t elapsed_step_ms; // and by so much with each look at that clock
    int64_t start_limit_ms;  // of the service that is opened next; 0 = the default
    struct db *db;
    struct fake_clusters *clusters;
    struct app_service *service;
    struct app_scope scope;
    int64_t memory_budget_bytes;
    struct metering_options metering; // of the service that is opened next
    bool lacks_insight;               // it is then opened without that port
    bool lacks_capacity;
    int commits;
    int failing_commit;  // 1-based; 0 = none
    int crashing_commit; // this commit does not happen, and nothing after it until
                         // fake_world_crash()
    bool is_dead;
    // Called after each turn of the controller, before the clusters get on; NULL = nothing.
    void (*look)(struct fake_world *world);
};

void fake_world_open(struct fake_world *world);
void fake_world_close(struct fake_world *world);
// kill -9 and a new daemon.
void fake_world_crash(struct fake_world *world);

// Runs the controller and the clusters until nothing changes any more but checkpoints, at most
// `turns` turns. Time passes.
void fake_world_run(struct fake_world *world, int turns);
// ... until the application is in `status`; false when that does not happen in 200 turns.
bool fake_world_run_until(struct fake_world *world, const char *name, enum app_status status);

// Commands with the least that they need. False: refused, see `error`.
bool fake_world_create(struct fake_world *world, const char *name, struct error *err);
bool fake_world_update(struct fake_world *world, const char *name, const char *updates,
                       struct error *err); // JSON of ApplicationConfigurationUpdate
bool fake_world_start(struct fake_world *world, const char *name, struct error *err);
bool fake_world_roll_back(struct fake_world *world, const char *name, struct error *err);
bool fake_world_stop(struct fake_world *world, const char *name, bool force, struct error *err);

// Its job is measured to keep the processors busy from now on, and a quarter of an hour passes:
// for the policy `msf`, which the world's applications have, a reason to scale.
void fake_world_burn(struct fake_world *world);

struct app fake_world_app(struct fake_world *world, const char *name);
// What the application had counted at its newest restore point that is on disk and on record:
// where it would go on if everything died now; and what the next start restores. -1 = none.
int fake_world_durable_count(struct fake_world *world, const char *name);
int fake_world_latest_count(struct fake_world *world, const char *name);
// The newest operation.
struct operation fake_world_operation(struct fake_world *world, const char *name);
