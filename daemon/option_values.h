// How the value of each option of the daemon is read. ERROR_INVALID names the value and says what
// is allowed; the caller adds the name of the option.
#pragma once

#include "daemon/options.h"

typedef bool option_read_fn(struct options *options, const char *value, struct error *err);

option_read_fn option_read_listen;
option_read_fn option_read_port;
option_read_fn option_read_allowed_host;
option_read_fn option_read_ready_file;
option_read_fn option_read_data;
option_read_fn option_read_runtimes;
option_read_fn option_read_s3_root;
option_read_fn option_read_s3_port;
option_read_fn option_read_profile;
option_read_fn option_read_sandbox;
option_read_fn option_read_cluster_ports;
option_read_fn option_read_memory_budget;
option_read_fn option_read_kpu_memory;
option_read_fn option_read_job_env;
option_read_fn option_read_s3_endpoint;
option_read_fn option_read_s3_ca_bundle;
option_read_fn option_read_auth;
option_read_fn option_read_auth_key;
option_read_fn option_read_application_limit;
option_read_fn option_read_snapshot_limit;
option_read_fn option_read_enhanced_snapshot_limit;
option_read_fn option_read_snapshot_transfer_limit;
option_read_fn option_read_kpu_limit;
option_read_fn option_read_snapshot_retention;
option_read_fn option_read_maintenance;
option_read_fn option_read_spares;
option_read_fn option_read_spare_max_age;
option_read_fn option_read_silence_limit;
option_read_fn option_read_start_limit;
option_read_fn option_read_program_limit;
option_read_fn option_read_start_means;
option_read_fn option_read_min_running;
option_read_fn option_read_autoscaling;
option_read_fn option_read_metrics_interval;
option_read_fn option_read_metrics_retention;
option_read_fn option_read_time_scale;
option_read_fn option_read_log_budget;
option_read_fn option_read_log_level;
option_read_fn option_read_all;
option_read_fn option_read_force;
option_read_fn option_read_python;
option_read_fn option_read_from;
