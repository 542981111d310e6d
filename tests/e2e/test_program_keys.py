"""Which settings the code of a job may change: those of the service's list, and no others."""

import pytest

LISTED = {
    "execution.runtime-mode": "STREAMING", "pipeline.name": "x", "pipeline.object-reuse": "true", "pipeline.max-parallelism": "64",
    "pipeline.global-job-parameters": "a:b", "pipeline.operator-chaining.enabled": "false", "table.exec.state.ttl": "1 h",
    "python.execution-mode": "process",
}
BACKLOG = {"execution.checkpointing.interval-during-backlog": "10 min"}
NETWORK = {"taskmanager.network.adaptive-partitioner.enabled": "true"}
# Others with a prefix that is in the list.
OTHERS = {"python.client.executable": "x", "table.exec.resource.default-parallelism": "3", "pipeline.default-kryo-serializers":
          "class:java.lang.String,serializer:com.esotericsoftware.kryo.serializers.JavaSerializer"}


@pytest.fixture
def sets(application, jars, runtime_2_2):
    """Creates an application that sets `settings` in main()."""
    def create(environment, settings):
        application.create(jars["Sets"], label="|".join(f"{key}={value}" for key, value in settings.items()))
        application.client.update_application(ApplicationName=application.name, CurrentApplicationVersionId=1,
                                              RuntimeEnvironmentUpdate=environment)
        return application
    return create


@pytest.mark.parametrize("environment, more", [("FLINK-1_20", BACKLOG), ("FLINK-2_2", NETWORK)])
def test_code_may_set_the_keys_of_the_list(sets, environment, more):
    sets(environment, {**LISTED, **more}).start()


@pytest.mark.parametrize("environment, more", [("FLINK-1_20", NETWORK), ("FLINK-2_2", BACKLOG)])
def test_every_other_key_is_refused_by_name(sets, environment, more):
    application = sets(environment, {**LISTED, **OTHERS, **more})
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() == "READY"
    text = application.operation(operation)["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    assert "Not allowed configuration change(s) were detected:" in text
    for key in {**OTHERS, **more}:
        assert f"Configuration {key}:" in text
    for key in LISTED:
        assert f"Configuration {key}" not in text


@pytest.mark.parametrize("environment", ["FLINK-1_20", "FLINK-2_2"])
def test_sql_programs_run_with_what_flink_sets_for_them(application, jars, runtime_2_2, environment):
    application.create(jars["Sql"])
    application.client.update_application(ApplicationName=application.name, CurrentApplicationVersionId=1,
                                          RuntimeEnvironmentUpdate=environment)
    application.start()


def test_sql_programs_run_in_batch_mode(application, jars):
    application.create(jars["Sql"], label="batch")
    operation = application.client.start_application(ApplicationName=application.name)["OperationId"]
    assert application.settle() in ("READY", "RUNNING")
    assert application.operation(operation)["OperationStatus"] == "SUCCESSFUL"
