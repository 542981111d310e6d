// A whole controller for tests: real SQLite in a temporary file, the fake ports of clusters and
// code, and a fake clock. It can crash: all memory is dropped, and the same file is opened again.
#pragma once

#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_own.h"
#include "controller/commands/app_service_queries.h"
#include "controller/controller.h"
#include "controller/scaling/metering_options.h"
#include "fakes/fake_cluster.h"
#include "fakes/fake_program.h"
#include "fakes/fake_transfer.h"

struct fake_world {
    char directory[64];
    char path[96];
    int64_t now_ms;             // the wall clock; tests set it
    int64_t elapsed_ms;         // the monotonic clock; advances with the turns
    int64_t elapsed_step_ms;    // and by this with each reading
    int64_t start_limit_ms;     // used at the next open; 0 = the default
    bool start_means_all_tasks; // used at the next open
    struct db *db;
    struct fake_clusters *clusters;
    struct fake_transfer transfers;
    struct fake_program program; // its port is missing at first; used at the next open
    bool uses_enhanced;          // applications are created with enhanced snapshots
    struct app_service *service;
    struct app_scope scope;
    int64_t memory_budget_bytes;
    struct metering_options metering; // used at the next open
    bool lacks_insight;               // used at the next open: without that port
    bool lacks_capacity;
    bool maintains; // used at the next open
    int commits;
    int failing_commit; // 1-based; 0 = none
    // The daemon dies before this commit: all fails until fake_world_crash().
    int crashing_commit;
    bool is_dead;
    // Called after each turn of the controller, before the tick of the clusters; NULL = nothing.
    void (*after_turn)(struct fake_world *world);
};

void fake_world_open(struct fake_world *world);
void fake_world_close(struct fake_world *world);
// As kill -9 and a new daemon.
void fake_world_crash(struct fake_world *world);

// Runs the controller and the clusters for so many turns of a quarter of a second each.
void fake_world_run(struct fake_world *world, int turns);
// Runs until the application has that status; false when it does not within 200 turns.
bool fake_world_run_until(struct fake_world *world, const char *name, enum app_status status);

// Commands with the members that are required. False: refused, see `err`.
bool fake_world_create(struct fake_world *world, const char *name, struct error *err);
bool fake_world_update(struct fake_world *world, const char *name, const char *updates,
                       struct error *err); // JSON of ApplicationConfigurationUpdate
// The same with any members of UpdateApplication, as JSON.
bool fake_world_change(struct fake_world *world, const char *name, const char *members,
                       struct error *err);
bool fake_world_start(struct fake_world *world, const char *name, struct error *err);
// From a snapshot by name, or with a restore type that needs none.
bool fake_world_start_from(struct fake_world *world, const char *name, enum restore_type type,
                           const char *snapshot, struct error *err);
bool fake_world_roll_back(struct fake_world *world, const char *name, struct error *err);
bool fake_world_stop(struct fake_world *world, const char *name, bool force, struct error *err);

// CreateApplicationSnapshot or, where the world uses enhanced ones, CreateSnapshot; and their
// opposites. The name may be that of a row ("snapshot/s").
bool fake_world_take_snapshot(struct fake_world *world, const char *name, const char *snapshot_name,
                              struct error *err);
bool fake_world_delete_snapshot(struct fake_world *world, const char *name,
                                const char *snapshot_name, int64_t created_at_ms,
                                struct error *err);
// The row of the application, which both kinds have; false where there is none.
bool fake_world_find_snapshot(struct fake_world *world, const char *name, const char *snapshot_name,
                              struct snapshot *out_snapshot, struct error *err);

// Is it the name of the snapshot that a command of the application takes, `prefix` as in
// "STOPAPPLICATION"? The name of an enhanced one does not say which command it was.
bool fake_world_is_system_name(const struct fake_world *world, const char *snapshot_name,
                               const char *prefix, const char *name);

// A new application that has been RUNNING for a few turns. Fails the running test otherwise.
void fake_world_create_running(struct fake_world *world, const char *name);

// A process of the cluster of its current job dies.
void fake_world_lose_cluster(struct fake_world *world, const char *name);
// All jobs keep the processors busy from now on, and a quarter of an hour passes: a reason to scale
// for the policy `msf`, which the applications of the world have.
void fake_world_keep_busy(struct fake_world *world);

struct app fake_world_app(struct fake_world *world, const char *name);
// The count of the application at its newest recorded restore point that is on disk, from which it
// would continue if everything died now; and the count that the next start restores. -1 = none.
int fake_world_durable_count(struct fake_world *world, const char *name);
int fake_world_latest_count(struct fake_world *world, const char *name);
// The newest operation.
struct operation fake_world_operation(struct fake_world *world, const char *name);
