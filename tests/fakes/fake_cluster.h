// Small working ports of clusters in memory. Time passes only in fake_clusters_tick(), which moves
// everything one step ahead, as a quick Flink would. Calls can be made to fail. The files on the
// fake disk survive fake_clusters_crash().
#pragma once

#include "runtime/capacity.h"
#include "runtime/cluster.h"
#include "runtime/insight.h"
#include "runtime/state_files.h"

struct fake_clusters;

// The default log of every application; not all of it is UTF-8.
#define FAKE_LOG "first line\nsecond \xff line\nbegun"
// The most that is kept of a log: less than a page, more than one read of a stream.
enum { FAKE_LOG_MAX = 32768 };

struct fake_clusters *fake_clusters_new(cluster_change_fn *on_change, void *userdata);
void fake_clusters_free(struct fake_clusters *clusters);
DEFINE_AUTO(fake_clusters_free, struct fake_clusters *);
struct cluster_port fake_clusters_port(struct fake_clusters *clusters);
struct insight_port fake_clusters_insight(struct fake_clusters *clusters);
struct capacity_port fake_clusters_capacity(struct fake_clusters *clusters);
struct state_files_port fake_clusters_state_files(struct fake_clusters *clusters);

// One step: boots become READY, submissions run, savepoints complete, running jobs complete a
// checkpoint. False when nothing changed.
bool fake_clusters_tick(struct fake_clusters *clusters);

// The daemon dies: every cluster is gone, what was completed on disk remains.
void fake_clusters_crash(struct fake_clusters *clusters);

// --- faults and other events ---

// Calls of the port so far (view and memory_used_bytes do not count), and the one that fails
// (1-based; 0 = none).
int fake_clusters_calls(const struct fake_clusters *clusters);
void fake_clusters_fail_call(struct fake_clusters *clusters, int number);
// Every submission, request for a savepoint or removal of restore points fails for that reason;
// NULL: they work again.
void fake_clusters_fail_submissions(struct fake_clusters *clusters, const char *reason);
void fake_clusters_fail_requests(struct fake_clusters *clusters, const char *reason);
void fake_clusters_fail_removals(struct fake_clusters *clusters, const char *reason);
// What is imported is not a savepoint, for that reason; NULL: it is.
void fake_clusters_refuse_imports(struct fake_clusters *clusters, const char *reason);
// Every launch is refused for that reason, or the code of every submission is missing; NULL: they
// work again.
void fake_clusters_refuse_launches(struct fake_clusters *clusters, const char *reason);
void fake_clusters_lose_code(struct fake_clusters *clusters, const char *reason);
// The next savepoint takes so many ticks longer.
void fake_clusters_delay_savepoint(struct fake_clusters *clusters, int ticks);
// The daemon dies before that call takes effect: *out_dead becomes true, and later calls fail until
// it is false again.
void fake_clusters_die_at_call(struct fake_clusters *clusters, int number, bool *out_dead);

// The next job that is submitted is rejected for that reason.
void fake_clusters_reject_next_job(struct fake_clusters *clusters, const char *reason);
// Every job of that code is rejected.
void fake_clusters_reject_code(struct fake_clusters *clusters, const char *code_sha256);
// Jobs that are submitted while it is true are accepted and never have a vertex RUNNING.
void fake_clusters_hang_jobs(struct fake_clusters *clusters, bool hang);
// Jobs that are submitted while it is true are RUNNING with none of their tasks: these wait in
// open(). The tasks of the job of a cluster run from now on.
void fake_clusters_hold_tasks(struct fake_clusters *clusters, bool hold);
void fake_clusters_run_tasks(struct fake_clusters *clusters, const char *cluster_id);
// Jobs that are submitted while it is true run in batch mode.
void fake_clusters_run_batch_jobs(struct fake_clusters *clusters, bool is_batch);
// Each job that is asked for a savepoint reaches its end before it is taken, so that it fails.
void fake_clusters_end_in_savepoints(struct fake_clusters *clusters, bool ends);
void fake_clusters_fail_savepoints(struct fake_clusters *clusters, bool fail);
void fake_clusters_fail_boots(struct fake_clusters *clusters, bool fail);
// So many clusters may boot at a time; 0: any number.
void fake_clusters_admit(struct fake_clusters *clusters, int boots_at_a_time);
// A boot needs `ticks` ticks while at most `at_once` clusters boot, longer while more do, and the
// cluster is lost after `limit` ticks.
void fake_clusters_slow_boots(struct fake_clusters *clusters, int ticks, int at_once, int limit);
void fake_clusters_lose(struct fake_clusters *clusters, const char *cluster_id);
// The job fails and Flink restarts it, which takes no time.
void fake_clusters_restart_job(struct fake_clusters *clusters, const char *cluster_id,
                               const char *cause);
// From now on no job completes a checkpoint.
void fake_clusters_disable_checkpoints(struct fake_clusters *clusters);
// The job reaches its end, or fails for good or is cancelled without kobel.
void fake_clusters_finish_job(struct fake_clusters *clusters, const char *cluster_id);
void fake_clusters_end_job(struct fake_clusters *clusters, const char *cluster_id,
                           enum job_state state);
// The next savepoints fail because a task has ended, which Flink reports as transient.
void fake_clusters_end_task_in_savepoints(struct fake_clusters *clusters, int savepoints);
// The next clusters die when their job has been submitted.
void fake_clusters_lose_in_confirm(struct fake_clusters *clusters, int count);

// The result of every measurement from now on. Without it nothing is measured.
void fake_clusters_set_load(struct fake_clusters *clusters, const struct job_measurement *load);

// The log of every application from now on, any bytes.
void fake_clusters_set_log(struct fake_clusters *clusters, const char *bytes, size_t size_bytes);

// All restore points have the files of that directory; NULL: they have none, as at first.
void fake_clusters_set_metadata(struct fake_clusters *clusters, const char *directory);

// --- questions ---

// The count of the job in the complete savepoint or checkpoint at `path`; -1 = there is none.
int fake_clusters_count_at(struct fake_clusters *clusters, const char *path);

uint32_t fake_clusters_held_runtimes(const struct fake_clusters *clusters);
int fake_clusters_count(const struct fake_clusters *clusters); // launched and not retired
// The launches so far that asked for a primed cluster.
int fake_clusters_primed(const struct fake_clusters *clusters);
// How often a spare was asked for so far.
int fake_clusters_spares_asked(const struct fake_clusters *clusters);
// The restore point of the running job; "" = empty, NULL = no job runs.
const char *fake_clusters_restored_from(const struct fake_clusters *clusters);
// The count of the running job, which is its state: grows by one a tick, and a restored job
// continues from its restore point. -1 = no job runs.
int fake_clusters_running_count(const struct fake_clusters *clusters);
