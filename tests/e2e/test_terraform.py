"""Terraform manages applications and a snapshot: after each change the next plan finds nothing to do.

For each command the provider describes all of AWS, which takes ten seconds of processor time: so each command changes three applications.
"""

import glob
import json
import os
import re
import shutil
import subprocess

import pytest

from kobel import ROLE, Application, wait_for

APP = "aws_kinesisanalyticsv2_application"
SNAPSHOT = "aws_kinesisanalyticsv2_application_snapshot"
# Places of providers without the registry of Terraform: the variable, else Terraform's own directories, else add-on directories.
MIRRORS = ("~/.terraform.d/plugins", "~/.local/share/terraform/plugins", "/usr/local/share/terraform/plugins",
           "/usr/share/terraform/plugins", "/opt/*")


def find_provider():
    """The path of the AWS provider, or None."""
    places = [os.environ[name] for name in ("KOBEL_TF_PLUGINS", "TF_PLUGIN_MIRROR") if name in os.environ] or MIRRORS
    found = [path for place in places for path in glob.glob(os.path.expanduser(
        f"{place}/registry.terraform.io/hashicorp/aws/*/*_*/terraform-provider-aws_v*"))]
    return sorted(found)[-1] if found else None


class Terraform:
    """A working directory with a configuration, which is written from `applications` (by label) and `snapshot`, if any, before each command.

    The provider takes seconds to start, for each command, unless it runs already: so it is started once.
    """

    def __init__(self, directory, kobel, provider):
        self.directory = directory
        self.kobel = kobel
        self.applications = {}
        self.snapshot = None
        self.imports = {}  # ids by address
        (directory / "cli.tfrc").write_text("disable_checkpoint = true\n")
        # Without the profiles and certificates of the user.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment["GOGC"] = "500"  # otherwise the provider spends half of its time on garbage collection
        with open(directory / "provider.log", "w") as log:
            self.provider = subprocess.Popen([provider, "-debug"], stdout=log, stderr=log, env=self.environment)
        self.address = wait_for(self.find_address, "the provider listens")

    def find_address(self):
        return re.search(r"TF_REATTACH_PROVIDERS='(.*)'", (self.directory / "provider.log").read_text())

    def close(self):
        self.provider.terminate()
        self.provider.wait()

    def write(self):
        (self.directory / "main.tf.json").write_text(json.dumps({
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
            "provider": {"aws": {
                "region": "us-east-1", "access_key": "test", "secret_key": "test", "skip_credentials_validation": True,
                "skip_requesting_account_id": True, "skip_metadata_api_check": True, "skip_region_validation": True,
                "endpoints": {"kinesisanalyticsv2": self.kobel.url}}},
            "resource": {APP: self.applications, **({SNAPSHOT: {"snapshot": self.snapshot}} if self.snapshot else {})},
            "import": [{"to": address, "id": name} for address, name in self.imports.items()]}))

    def run(self, *words, allowed=(0,)):
        self.write()
        environment = {**self.environment, "TF_CLI_CONFIG_FILE": str(self.directory / "cli.tfrc"), "TF_IN_AUTOMATION": "1",
                       "TF_DATA_DIR": str(self.directory / "data"), "TF_REATTACH_PROVIDERS": self.address[1]}
        done = subprocess.run(["terraform", *words], cwd=self.directory, env=environment, capture_output=True, text=True)
        assert done.returncode in allowed, f"terraform {' '.join(words)}: {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done

    def change(self, what, **how):
        """Changes the configuration of the named applications and applies it. The next plan must find no difference."""
        for label, function in how.items():
            function(self.applications[label], self.applications[label]["application_configuration"][0])
        self.run("apply", "-input=false", "-auto-approve", "-no-color")
        done = self.run("plan", "-input=false", "-no-color", "-detailed-exitcode", allowed=(0, 2))
        assert done.returncode == 0, f"{what}: {done.stdout}"


@pytest.fixture
def terraform(shared, tmp_path):
    if shutil.which("terraform") is None:
        pytest.skip("there is no terraform command")
    provider = find_provider()
    if provider is None:
        pytest.skip("there is no directory with the AWS provider of Terraform; KOBEL_TF_PLUGINS can name one")
    terraform = Terraform(tmp_path, shared, provider)
    yield terraform
    terraform.close()


@pytest.fixture
def applications(shared, jars):
    """By label: one and two run at first, three is READY."""
    found = {label: Application(shared, f"terraform-{label}") for label in ("one", "two", "three")}
    for application in found.values():
        for key in (f"{application.name}.jar", f"{application.name}-2.jar"):
            shutil.copy(jars["Counting"], os.path.join(shared.data, "s3", "code", key))
    yield found
    for application in found.values():
        if not application.is_gone():
            application.settle()
            application.delete()


def configuration(name):
    """All blocks for Flink applications."""
    return {
        "name": name, "runtime_environment": "FLINK-1_20", "service_execution_role": ROLE, "description": "by Terraform",
        "application_mode": "STREAMING", "start_application": True, "tags": {"team": "a", "empty": ""},
        "cloudwatch_logging_options": log_stream("first"),
        "application_configuration": [{
            "application_code_configuration": code(f"{name}.jar"),
            "application_snapshot_configuration": [{"snapshots_enabled": True}],
            "environment_properties": groups(job={"label": "first"}, other={"a": "1", "b": "2"}),
            "flink_application_configuration": custom_flink(1000, "INFO", 1),
            "run_configuration": run_configuration(False),
            "vpc_configuration": vpc(1, 2)}]}


def log_stream(name):
    return [{"log_stream_arn": f"arn:aws:logs:us-east-1:000000000000:log-group:kobel:log-stream:{name}"}]


def code(key):
    return [{"code_content_type": "ZIPFILE", "code_content": [{"s3_content_location": [{"bucket_arn": "arn:aws:s3:::code", "file_key": key}]}]}]


def run_configuration(allow):
    return [{"application_restore_configuration": [{"application_restore_type": "RESTORE_FROM_LATEST_SNAPSHOT"}],
             "flink_run_configuration": [{"allow_non_restored_state": allow}]}]


def custom_flink(interval, level, parallelism):
    return [{"checkpoint_configuration": [{"configuration_type": "CUSTOM", "checkpointing_enabled": True, "checkpoint_interval": interval,
                                           "min_pause_between_checkpoints": 100}],
             "monitoring_configuration": [{"configuration_type": "CUSTOM", "log_level": level, "metrics_level": "TASK"}],
             "parallelism_configuration": [{"configuration_type": "CUSTOM", "auto_scaling_enabled": False, "parallelism": parallelism,
                                            "parallelism_per_kpu": 1}]}]


def groups(**groups):
    return [{"property_group": [{"property_group_id": name, "property_map": properties} for name, properties in groups.items()]}]


def vpc(*ids):
    return [{"subnet_ids": [f"subnet-{number}" for number in ids], "security_group_ids": [f"sg-{number}" for number in ids]}]


def change_every_block(tree, blocks):
    tree.update(tags={"team": "b", "more": "yes"}, service_execution_role=f"{ROLE}-2", cloudwatch_logging_options=log_stream("second"))
    blocks.update(application_code_configuration=code(f"{tree['name']}-2.jar"), environment_properties=groups(job={"label": "second"}),
                  flink_application_configuration=custom_flink(5000, "WARN", 2), vpc_configuration=vpc(3, 4, 5))


def remove_blocks(tree, blocks):
    del tree["cloudwatch_logging_options"], tree["tags"], blocks["vpc_configuration"]
    blocks["flink_application_configuration"] = [{f"{kind}_configuration": [{"configuration_type": "DEFAULT"}]
                                                  for kind in ("checkpoint", "monitoring", "parallelism")}]


def change_run_configuration(_, blocks):
    blocks.update(run_configuration=run_configuration(True), application_snapshot_configuration=[{"snapshots_enabled": False}])


def stop(tree, blocks):
    # A stopped application has no run configuration, as in the service: the provider would always find a difference.
    tree["start_application"] = False
    del blocks["run_configuration"]


def add_blocks_to_ready_application(tree, blocks):
    tree["runtime_environment"] = "FLINK-1_19"  # a step down, as in the provider's acceptance tests
    tree["cloudwatch_logging_options"] = log_stream("third")
    blocks.update(vpc_configuration=vpc(6), environment_properties=groups(job={"label": "third"}, more={"a": "b"}),
                  flink_application_configuration=custom_flink(2000, "ERROR", 1),
                  application_snapshot_configuration=[{"snapshots_enabled": True}])


def start(tree, blocks):
    tree.update(start_application=True, runtime_environment="FLINK-1_20")
    blocks["run_configuration"] = run_configuration(False)


def create_ready(tree, blocks):
    stop(tree, blocks)
    del tree["cloudwatch_logging_options"], blocks["vpc_configuration"]
    blocks["application_snapshot_configuration"] = [{"snapshots_enabled": False}]


@pytest.mark.slow
def test_terraform_finds_no_difference_after_each_change(terraform, applications):
    def statuses():
        return [application.status() for application in applications.values()]

    terraform.applications = {label: configuration(application.name) for label, application in applications.items()}
    terraform.snapshot = {"application_name": f"${{{APP}.one.name}}", "snapshot_name": "by-terraform"}
    terraform.run("init", "-input=false", "-no-color")
    terraform.change("creation", three=create_ready)
    assert statuses() == ["RUNNING", "RUNNING", "READY"]
    assert [snapshot["SnapshotName"] for snapshot in applications["one"].snapshots()] == ["by-terraform"]

    terraform.change("other blocks, none, more", one=change_every_block, two=remove_blocks, three=add_blocks_to_ready_application)
    assert statuses() == ["RUNNING", "RUNNING", "READY"]
    terraform.change("a restart, a stop, a start", one=change_run_configuration, two=stop, three=start)
    assert statuses() == ["RUNNING", "READY", "RUNNING"]

    terraform.imports = {f"{APP}.{label}": application.describe()["ApplicationARN"] for label, application in applications.items()}
    terraform.imports[f"{SNAPSHOT}.snapshot"] = f"{applications['one'].name}/by-terraform"
    terraform.run("state", "rm", *terraform.imports)
    terraform.change("import")
    assert statuses() == ["RUNNING", "READY", "RUNNING"]

    terraform.imports = {}
    terraform.run("destroy", "-input=false", "-auto-approve", "-no-color")
    assert all(application.is_gone() for application in applications.values())


@pytest.fixture
def bounded(shared, jars):
    application = Application(shared, "terraform-bounded")
    shutil.copy(jars["Bounded"], os.path.join(shared.data, "s3", "code", f"{application.name}.jar"))
    yield application
    if not application.is_gone():
        application.settle()
        application.delete()


@pytest.mark.slow
def test_terraform_starts_a_job_that_ends_by_itself(terraform, bounded):
    """The provider must see RUNNING, though it asks with pauses of some seconds. After the end, the plan does not start it again."""
    tree = configuration(bounded.name)
    del tree["application_configuration"][0]["run_configuration"]
    terraform.applications = {"bounded": tree}
    terraform.run("init", "-input=false", "-no-color")
    terraform.run("apply", "-input=false", "-auto-approve", "-no-color")
    wait_for(lambda: bounded.status() == "READY", "the job has ended")
    done = terraform.run("plan", "-input=false", "-no-color", "-detailed-exitcode", allowed=(0, 2))
    assert done.returncode == 0, done.stdout
    terraform.run("destroy", "-input=false", "-auto-approve", "-no-color")
    assert bounded.is_gone()
