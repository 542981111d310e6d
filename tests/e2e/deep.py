"""The deep tests: `scripts/test.sh deep` runs them, `scripts/test.sh` does not and says how many there are.

Each repeats on real Flink what an ordinary test shows: at another level of the sandbox, on another runtime, at another step of a flow
that tests/component interrupts at every step. Together they take longer than all others. What only one of them shows is named below."""

import pytest

# A test function, with the ids of its cases where only some of them are deep.
TESTS = {
    # Only here: Airflow. It takes minutes to download; test_bounded.py and test_sdks.py ask the same questions.
    "test_airflow.py": {
        "test_operators_and_sensors_start_and_stop_an_application": None, "test_a_sensor_sees_a_job_run_that_ends_at_once": None},
    # The policies are simulated in tests/unit; test_scaling.py has a busy job on real Flink.
    "test_autoscaling.py": {"test_a_job_follows_its_load_up_and_down": None},
    "test_encryption.py": {"test_an_alias_is_recorded_as_the_arn_of_a_key": ["alias/mine"]},
    "test_enhanced_cli.py": {"test_commands_follow_an_application_through_the_change_of_its_mode": None},
    # The other tests of the file are at the level `full`. tests/component has the files that stay.
    "test_enhanced_flows.py": {
        "test_another_application_continues_from_it_until_its_own_first_checkpoint": None,
        "test_at_every_level_of_the_sandbox": ["contained", "none"],
        "test_its_files_stay_for_a_job_that_has_nothing_else": None},
    # tests/component has each command that is interrupted, and each mode; a running application changes its mode here as well.
    # test_running.py starts from state that cannot be read.
    "test_enhanced_modes.py": {
        "test_a_start_from_a_damaged_snapshot_fails_and_another_works": None,
        "test_a_ready_application_that_changes_the_mode_keeps_its_state": None,
        "test_commands_of_a_daemon_that_dies_end_as_if_it_had_not": None,
        "test_without_snapshots_the_service_makes_none_but_users_do": None},
    # test_recovery.py kills them as well.
    "test_events.py": {"test_a_killed_process_is_recovered_and_reported": ["kill-jobmanager"]},
    "test_exactly_once.py": {"test_each_record_is_counted_once_by_a_job_that_leaves_and_comes_back": None},
    # One example with Kafka is enough for each commit.
    "test_examples.py": {"test_changes_of_a_table_keep_totals_up_to_date": None},
    # What the API says of these is in tests/component; test_program.py runs the same programs.
    "test_failures.py": {"test_a_start_that_fails_reports_why": [
        "NoExecute-No jobs included in application.", "ExecuteTwice-Cannot have more than one execute",
        "NoMain-ProgramInvocationException", "Noise-Error while opening jar file"]},
    "test_fit.py": {"test_a_snapshot_lists_its_operators_and_fits_its_program": ["FLINK-2_2"]},
    "test_hold_sources.py": {"test_held_sources_keep_their_state_and_read_nothing": [
        "FLINK-1_20-source", "FLINK-1_20-function", "FLINK-2_2-source", "FLINK-2_2-function", "FLINK-2_2-reports", "FLINK-2_3-source"]},
    # Only here: Kinesis, by polling and by enhanced fan-out. Its connector takes minutes to download.
    "test_kinesis.py": {"test_kinesis_records_are_counted_over_a_stop_and_a_kill": None},
    # test_runtimes.py takes one application through all of them; test_python.py has a life in Python, test_scaling.py one that scales.
    # Only here: Scala 3. Its compiler has to be downloaded; the example is in Scala 2.13.
    "test_languages.py": {
        "test_java_lives_on_each_runtime": None, "test_scala_3_of_the_jar_lives": None, "test_python_lives": None,
        "test_python_keeps_its_state_over_upgrades": None,
        "test_python_scales_with_its_state": None},
    "test_limits.py": {
        "test_a_roll_back_that_hangs_can_be_deleted": None, "test_an_update_that_hangs_is_rolled_back_automatically": None},
    # The text of each limit is in tests/unit.
    "test_memory.py": {
        "test_the_headroom_may_be_of_each_kind": ["task-direct-400", "task-heap-400", "task-metaspace-300"],
        "test_a_task_that_needs_more_is_reported_with_the_limit_and_the_option": [
            "task-heap-900-recovery-the heap", "task-metaspace-900-recovery-the metaspace"],
        "test_the_option_raises_the_limit": None},
    "test_program.py": {
        "test_the_operators_are_those_of_a_savepoint": ["FLINK-2_2"],
        "test_a_program_is_inspected_in_a_sandbox": ["contained", "scoped"]},
    "test_program_keys.py": {
        "test_code_may_set_the_keys_of_the_list": ["FLINK-2_2-more1"],
        "test_every_other_key_is_refused_by_name": ["FLINK-1_20-more0"],
        "test_sql_programs_run_with_what_flink_sets_for_them": ["FLINK-1_20"]},
    # Only here: Iceberg. Its build downloads 100 MB.
    "test_iceberg.py": {"test_each_row_is_in_the_table_once_over_an_update_and_a_kill": None},
    # tests/component interrupts an update at every step.
    "test_recovery.py": {
        "test_killed_while_updating_it_is_updated": ["launch", "halt", "submit"],
        "test_a_flink_process_that_hangs_is_replaced": ["TaskManagerRunner-only 0 of 1 slots were registered for"]},
    "test_rehearse.py": {"test_a_job_that_fails_again_and_again_is_reported_when_it_loops": None},
    # tests/component has them with the fake cluster.
    "test_restore_points.py": {
        "test_a_job_that_was_cancelled_keeps_its_checkpoint": None,
        "test_a_process_that_dies_while_an_update_starts_its_job_does_not_fail_it": None},
    # The rule is in tests/unit; test_events.py has the rule of a tag.
    "test_run.py": {"test_a_watched_job_keeps_few_of_the_snapshots_of_its_moves": None},
    # Both ways of a function end in the same report.
    "test_python.py": {"test_a_function_that_fails_is_reported_with_the_reason": ["stream"]},
    # The other tests of the file are at the level `full`, and on FLINK-1_20.
    "test_python_files.py": {
        "test_files_and_packages_are_found_without_namespaces": None,
        "test_properties_name_a_module_and_its_files": ["FLINK-1_18", "FLINK-1_19", "FLINK-2_2", "FLINK-2_3"]},
    # The other levels; which lines of requirements may name a file is in tests/unit.
    "test_python_packages.py": {
        "test_pip_changes_nothing_of_the_runtime_at_other_levels_of_the_sandbox": None,
        "test_two_applications_with_the_same_requirements_have_their_own_files": None},
    # A change of a script is an update, as in test_python.py; test_run.py watches a jar.
    "test_run_python.py": {"test_a_watched_script_counts_on_after_a_change": None},
    "test_running.py": {
        "test_a_job_that_fails_can_be_replaced_without_a_savepoint": ["off, then code", "off with code"],
        "test_a_start_can_be_made_to_mean_that_all_tasks_run": ["TooParallel-NoResourceAvailableException"],
        "test_a_job_whose_tasks_cannot_run_is_running_and_reports_why": ["FailsToOpen-the table is not there"]},
    # Only here: a program in the Table API. test_sql.py plans SQL, test_examples.py writes to a bucket.
    "test_samples.py": {"test_a_sample_writes_a_table_to_a_bucket_once": None},
    "test_sandbox.py": {
        "test_a_sandbox_level_prevents_exactly_what_the_status_lists": ["full on a spare", "contained", "none"],
        "test_programs_that_a_job_has_started_end_with_its_cluster": ["scoped"],
        "test_programs_find_their_properties_and_host_names": ["contained", "none"],
        "test_jobs_get_the_environment_variables_that_the_daemon_passes_on": ["0"]},
    # The other tests of the file are on FLINK-1_20, and one keeps its state over a change.
    "test_sql.py": {"test_a_script_lives_on_each_runtime": None},
    # Only these: more than two runtimes, and CSV. test_examples.py and the other tests of the file write on FLINK-1_20 and FLINK-2_2.
    "test_s3_jobs.py": {
        "test_each_number_is_written_once_by_each_runtime": None,
        "test_a_script_writes_each_row_once_and_commits_partitions": [
            "FLINK-1_15-json", "FLINK-1_18-json", "FLINK-1_19-json", "FLINK-1_20-raw", "FLINK-2_2-csv", "FLINK-2_3-csv"],
        "test_a_job_trusts_the_authority_that_its_daemon_trusts": ["scoped"]},
    # Jobs read as they write, through the same file system; a life with files in buckets of the daemon is an ordinary test.
    "test_s3_sources.py": {
        "test_lines_of_new_files_are_counted_once_over_a_stop_and_a_kill": ["other"],
        "test_a_script_reads_each_number_once_over_a_stop_and_a_kill": None,
        "test_a_script_that_reads_the_files_that_are_there_ends": None},
    # One client in another language is enough for each commit; test_operations.py calls every operation.
    "test_sdks.py": {"test_the_sdk_for_javascript_manages_the_life_of_an_application": None},
    "test_spares.py": {"test_a_start_waits_for_a_spare_that_is_not_ready_yet": ["BOOTING"]},
    "test_spoiled_files.py": {"test_a_job_that_overwrites_its_jar_harms_itself_only": ["contained", "scoped"]},
    "test_state.py": {
        "test_an_update_restores_what_was_requested": ["SKIP_RESTORE_FROM_SNAPSHOT"],
        "test_a_program_that_the_later_flink_cannot_run_ends_ready_without_roll_back": None},
    # Most of its time is Terraform's own. The other test of the file finds no difference either.
    "test_terraform.py": {"test_terraform_finds_no_difference_after_each_change": None},
}


def is_deep(item):
    cases = TESTS.get(item.path.name, {}).get(item.originalname, ())
    return cases is None or (item.name != item.originalname and item.callspec.id in cases)


class LeftOut:
    """A plugin that reports how many were not run, from the workers of pytest-xdist to the process that collects the results."""

    def __init__(self):
        self.count = 0

    def pytest_deselected(self, items):
        self.count += sum(map(is_deep, items))

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["deep_left_out"] = self.count

    def pytest_testnodedown(self, node):
        self.count = max(self.count, getattr(node, "workeroutput", {}).get("deep_left_out", 0))

    def pytest_terminal_summary(self, terminalreporter):
        if self.count > 0:
            terminalreporter.write_line(f"{self.count} deep tests were not run: scripts/test.sh deep")


def mark(items):
    """A whole run checks the list: an entry that is not a test any more would hide what took its place."""
    for item in items:
        if is_deep(item):
            item.add_marker(pytest.mark.deep)
    found = {item.path.name for item in items}
    if set(TESTS) <= found:
        names = {(item.path.name, item.originalname, item.callspec.id if item.name != item.originalname else None) for item in items}
        for file, tests in TESTS.items():
            for test, cases in tests.items():
                for case in cases or [None]:
                    if not any(name[:2] == (file, test) and case in (None, name[2]) for name in names):
                        raise pytest.UsageError(f"deep.py names {file}::{test}, case {case}, which is not there")
