"""Parts of a configuration, versions, tags, limits and roll backs, and the operations for SQL applications, which are refused."""

import concurrent.futures

import boto3
import pytest

from kobel import ROLE, Kobel, refused, wait_for

STREAM = "arn:aws:logs:us-east-1:000000000000:log-group:kobel:log-stream:{}"
VPC = {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}


def test_logging_options_are_added_and_removed_with_versions(plain):
    client, name = plain.client, plain.name
    added = client.add_application_cloud_watch_logging_option(
        ApplicationName=name, CurrentApplicationVersionId=1, CloudWatchLoggingOption={"LogStreamARN": STREAM.format("a")})
    assert added["ApplicationVersionId"] == 2 and "OperationId" not in added
    assert added["CloudWatchLoggingOptionDescriptions"] == [{"CloudWatchLoggingOptionId": "2.1", "LogStreamARN": STREAM.format("a")}]
    assert refused(client.add_application_cloud_watch_logging_option, ApplicationName=name, CurrentApplicationVersionId=2,
                   CloudWatchLoggingOption={"LogStreamARN": STREAM.format("b")}) == (
        "InvalidArgumentException", "Kinesis Analytics currently supports only 1 logging option.")
    client.update_application(ApplicationName=name, CurrentApplicationVersionId=2, CloudWatchLoggingOptionUpdates=[
        {"CloudWatchLoggingOptionId": "2.1", "LogStreamARNUpdate": STREAM.format("c")}])
    assert plain.describe()["CloudWatchLoggingOptionDescriptions"] == [{"CloudWatchLoggingOptionId": "2.1", "LogStreamARN": STREAM.format("c")}]
    assert refused(client.delete_application_cloud_watch_logging_option, ApplicationName=name, CurrentApplicationVersionId=3,
                   CloudWatchLoggingOptionId="9.9")[0] == "ResourceNotFoundException"
    removed = client.delete_application_cloud_watch_logging_option(
        ApplicationName=name, ConditionalToken=plain.describe()["ConditionalToken"], CloudWatchLoggingOptionId="2.1")
    assert removed["ApplicationVersionId"] == 4 and "CloudWatchLoggingOptionDescriptions" not in removed
    assert refused(client.add_application_cloud_watch_logging_option, ApplicationName=name, CurrentApplicationVersionId=4,
                   CloudWatchLoggingOption={"LogStreamARN": "arn:aws:logs:us-east-1:000000000000:log-group:only"})[0] == "InvalidArgumentException"
    assert plain.describe()["ApplicationVersionId"] == 4


def test_vpc_configurations_are_added_and_removed_with_versions(plain):
    client, name = plain.client, plain.name
    added = client.add_application_vpc_configuration(ApplicationName=name, CurrentApplicationVersionId=1, VpcConfiguration=VPC)
    description = added["VpcConfigurationDescription"]
    assert description["VpcConfigurationId"] == "2.1" and description["VpcId"].startswith("vpc-")
    assert {key: description[key] for key in VPC} == VPC
    assert refused(client.add_application_vpc_configuration, ApplicationName=name, CurrentApplicationVersionId=2, VpcConfiguration=VPC) == (
        "InvalidArgumentException", "Kinesis Analytics currently supports only 1 VPC configuration(s)")
    assert refused(client.delete_application_vpc_configuration, ApplicationName=name, CurrentApplicationVersionId=1, VpcConfigurationId="2.1")[0] == (
        "ConcurrentModificationException")
    assert client.delete_application_vpc_configuration(
        ApplicationName=name, CurrentApplicationVersionId=2, VpcConfigurationId="2.1")["ApplicationVersionId"] == 3
    assert "VpcConfigurationDescriptions" not in plain.describe()["ApplicationConfigurationDescription"]


def test_versions_are_kept_and_described(plain):
    for number in (1, 2):
        plain.update_configuration(EnvironmentPropertyUpdates=plain.properties(f"v{number + 1}"))
    pages = plain.client.get_paginator("list_application_versions").paginate(ApplicationName=plain.name, PaginationConfig={"PageSize": 2})
    found = [version for page in pages for version in page["ApplicationVersionSummaries"]]
    assert found == [{"ApplicationVersionId": number, "ApplicationStatus": "READY"} for number in (3, 2, 1)]
    second = plain.client.describe_application_version(ApplicationName=plain.name, ApplicationVersionId=2)["ApplicationVersionDetail"]
    groups = second["ApplicationConfigurationDescription"]["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"]
    assert groups[0]["PropertyMap"] == {"label": "v2"} and second["ApplicationVersionUpdatedFrom"] == 1
    assert refused(plain.client.describe_application_version, ApplicationName=plain.name, ApplicationVersionId=9)[0] == "ResourceNotFoundException"
    assert refused(plain.client.list_application_versions, ApplicationName="absent")[0] == "ResourceNotFoundException"


def test_of_updates_at_once_one_wins_and_nothing_is_lost(plain):
    client = plain.client

    def update(label):
        try:
            client.update_application(ApplicationName=plain.name, CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={
                "EnvironmentPropertyUpdates": plain.properties(label)})
        except client.exceptions.ConcurrentModificationException:
            return None
        return label
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        winners = [label for label in pool.map(update, "abcd") if label]
    detail = plain.describe()
    assert detail["ApplicationVersionId"] == 2 and len(winners) == 1
    groups = detail["ApplicationConfigurationDescription"]["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"]
    assert groups == plain.properties(winners[0])["PropertyGroups"]


def test_maintenance_windows_last_eight_hours(plain):
    client, name = plain.client, plain.name

    def move(start):
        return client.update_application_maintenance_configuration(
            ApplicationName=name, ApplicationMaintenanceConfigurationUpdate={"ApplicationMaintenanceWindowStartTimeUpdate": start})
    assert move("17:30")["ApplicationMaintenanceConfigurationDescription"] == {
        "ApplicationMaintenanceWindowStartTime": "17:30", "ApplicationMaintenanceWindowEndTime": "01:30"}
    detail = plain.describe()
    assert detail["ApplicationMaintenanceConfigurationDescription"]["ApplicationMaintenanceWindowStartTime"] == "17:30"
    assert detail["ApplicationVersionId"] == 1
    assert refused(move, start="24:00")[0] == "ValidationException"


def test_tags_have_their_limits(plain):
    client, arn = plain.client, plain.describe()["ApplicationARN"]
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "1"}, {"Key": "a"}])
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "2"}]
    assert refused(client.tag_resource, ResourceARN=arn, Tags=[{"Key": "x"}, {"Key": "x"}]) == (
        "InvalidArgumentException", "The provided tag map contains duplicate tag key")
    assert refused(client.tag_resource, ResourceARN=arn, Tags=[{"Key": "aws:x"}])[0] == "InvalidArgumentException"
    assert refused(client.tag_resource, ResourceARN=arn, Tags=[{"Key": f"k{n}"} for n in range(49)])[0] == "TooManyTagsException"
    assert len(client.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 2
    client.untag_resource(ResourceARN=arn, TagKeys=["a", "absent"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert refused(client.list_tags_for_resource, ResourceARN="arn:aws:s3:::x")[0] == "InvalidArgumentException"
    assert refused(client.untag_resource, ResourceARN=arn + "-other", TagKeys=["a"])[0] == "ResourceNotFoundException"
    assert refused(client.tag_resource, ResourceARN=arn.replace("us-east-1", "eu-west-1"), Tags=[{"Key": "a"}])[0] == "ResourceNotFoundException"


SCHEMA = {"RecordFormat": {"RecordFormatType": "JSON"}, "RecordColumns": [{"Name": "a", "SqlType": "INTEGER"}]}
FIREHOSE = "arn:aws:firehose:us-east-1:000000000000:deliverystream/d"
SQL_ONLY = {
    "add_application_input": {"Input": {"NamePrefix": "in", "InputSchema": SCHEMA}},
    "add_application_input_processing_configuration": {
        "InputId": "1.1", "InputProcessingConfiguration": {"InputLambdaProcessor": {"ResourceARN": "arn:aws:lambda:x"}}},
    "add_application_output": {"Output": {"Name": "out", "DestinationSchema": {"RecordFormatType": "JSON"}}},
    "add_application_reference_data_source": {"ReferenceDataSource": {"TableName": "t", "ReferenceSchema": SCHEMA}},
    "delete_application_input_processing_configuration": {"InputId": "1.1"},
    "delete_application_output": {"OutputId": "1.1"},
    "delete_application_reference_data_source": {"ReferenceId": "1.1"},
}


@pytest.mark.parametrize("operation", sorted(SQL_ONLY))
def test_operations_for_sql_are_refused(plain, operation):
    call = getattr(plain.client, operation)
    kind, message = refused(call, ApplicationName=plain.name, CurrentApplicationVersionId=1, **SQL_ONLY[operation])
    assert kind == "InvalidArgumentException" and "Flink application" in message
    assert refused(call, ApplicationName="absent", CurrentApplicationVersionId=1, **SQL_ONLY[operation])[0] == "ResourceNotFoundException"


def test_sql_and_studio_applications_are_refused(shared):
    client = shared.client
    assert refused(client.create_application, ApplicationName="s", RuntimeEnvironment="SQL-1_0", ServiceExecutionRole=ROLE)[0] == (
        "UnsupportedOperationException")
    kind, message = refused(client.create_application, ApplicationName="s", RuntimeEnvironment="ZEPPELIN-FLINK-3_0", ServiceExecutionRole=ROLE,
                            ApplicationMode="INTERACTIVE")
    assert kind == "UnsupportedOperationException" and "Studio" in message
    assert refused(client.create_application, ApplicationName="s", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
                   ApplicationMode="INTERACTIVE")[0] == "InvalidArgumentException"
    assert refused(client.discover_input_schema, ServiceExecutionRole=ROLE, ResourceARN="arn:aws:kinesis:x")[0] == "UnsupportedOperationException"


def test_firehose_is_refused_as_a_source_everywhere(plain):
    client, name = plain.client, plain.name
    source = {"NamePrefix": "in", "InputSchema": SCHEMA, "KinesisFirehoseInput": {"ResourceARN": FIREHOSE}}
    answers = [
        refused(client.add_application_input, ApplicationName=name, CurrentApplicationVersionId=1, Input=source),
        refused(client.add_application_input, ApplicationName=name, CurrentApplicationVersionId=1,
                Input={"NamePrefix": "in", "InputSchema": SCHEMA, "KinesisStreamsInput": {"ResourceARN": FIREHOSE}}),
        refused(client.update_application, ApplicationName=name, CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={
            "SqlApplicationConfigurationUpdate": {"InputUpdates": [
                {"InputId": "1.1", "KinesisFirehoseInputUpdate": {"ResourceARNUpdate": FIREHOSE}}]}}),
        refused(client.discover_input_schema, ServiceExecutionRole=ROLE, ResourceARN=FIREHOSE),
        refused(client.create_application, ApplicationName="f", RuntimeEnvironment="SQL-1_0", ServiceExecutionRole=ROLE,
                ApplicationConfiguration={"SqlApplicationConfiguration": {"Inputs": [source]}}),
        refused(client.create_application, ApplicationName="f", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
                ApplicationConfiguration={"EnvironmentProperties": {"PropertyGroups": [
                    {"PropertyGroupId": "source", "PropertyMap": {"stream.arn": FIREHOSE}}]}}),
        refused(client.update_application, ApplicationName=name, CurrentApplicationVersionId=1, ApplicationConfigurationUpdate={
            "EnvironmentPropertyUpdates": {"PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": {"input.stream": FIREHOSE}}]}}),
    ]
    for _, message in answers:
        assert "Firehose delivery stream" in message and "Kinesis data stream" in message


def test_limits_are_reported_when_exceeded(plain):
    client, name = plain.client, plain.name
    groups = [{"PropertyGroupId": f"g{number}", "PropertyMap": {"k": "v" * 2000}} for number in range(30)]
    kind, message = refused(client.update_application, ApplicationName=name, CurrentApplicationVersionId=1,
                            ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": {"PropertyGroups": groups}})
    assert kind == "LimitExceededException" and "51200" in message
    parallelism = {"FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": {
        "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 65, "ParallelismPerKPUUpdate": 1}}}
    kind, message = refused(client.update_application, ApplicationName=name, CurrentApplicationVersionId=1, ApplicationConfigurationUpdate=parallelism)
    assert kind == "LimitExceededException" and "65 KPUs; the limit is 64" in message
    assert plain.describe()["ApplicationVersionId"] == 1


def test_the_number_of_applications_is_limited_per_region(tmp_path):
    with Kobel(tmp_path, "--application-limit", "2") as kobel:
        arguments = {"RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": ROLE}
        for number in range(2):
            kobel.client.create_application(ApplicationName=f"a{number}", **arguments)
        assert refused(kobel.client.create_application, ApplicationName="a2", **arguments)[0] == "LimitExceededException"
        elsewhere = boto3.client("kinesisanalyticsv2", endpoint_url=kobel.url, region_name="eu-west-1", aws_access_key_id="123456789012",
                                 aws_secret_access_key="x")
        arn = elsewhere.create_application(ApplicationName="a0", **arguments)["ApplicationDetail"]["ApplicationARN"]
        assert arn == "arn:aws:kinesisanalytics:eu-west-1:123456789012:application/a0"


# --- on real Flink ---

def test_a_running_application_is_rolled_back_to_the_version_before(application, jars):
    client, name = application.client, application.name
    application.create(jars["Counting"], "first")
    application.start()
    application.wait_for_count(3, "first")
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    assert application.settle() == "RUNNING"
    counted = application.wait_for_count(3, "second")
    assert refused(client.rollback_application, ApplicationName=name, CurrentApplicationVersionId=1)[0] == "ConcurrentModificationException"
    answer = client.rollback_application(ApplicationName=name, CurrentApplicationVersionId=2)
    detail = answer["ApplicationDetail"]
    assert (detail["ApplicationStatus"], detail["ApplicationVersionId"]) == ("ROLLING_BACK", 3)
    assert (detail["ApplicationVersionRolledBackFrom"], detail["ApplicationVersionRolledBackTo"]) == (2, 1)
    assert application.settle() == "RUNNING"
    operation = application.operation(answer["OperationId"])
    assert operation["Operation"] == "RollbackApplication" and operation["OperationStatus"] == "SUCCESSFUL"
    assert operation["ApplicationVersionChangeDetails"] == {"ApplicationVersionUpdatedFrom": 2, "ApplicationVersionUpdatedTo": 3}
    application.wait_for_count(counted, "first")
    versions = client.list_application_versions(ApplicationName=name)["ApplicationVersionSummaries"]
    assert [(one["ApplicationVersionId"], one["ApplicationStatus"]) for one in versions] == [(3, "RUNNING"), (2, "ROLLED_BACK"), (1, "READY")]
    application.stop(Force=True)
    assert refused(client.rollback_application, ApplicationName=name, CurrentApplicationVersionId=3)[0] == "ResourceInUseException"


def test_a_first_version_cannot_be_rolled_back(application, jars):
    application.create(jars["Counting"])
    application.start()
    assert refused(application.client.rollback_application, ApplicationName=application.name, CurrentApplicationVersionId=1) == (
        "InvalidRequestException", f"Application {application.name} has no previous version to roll back to")


def test_an_update_under_way_is_rolled_back(application, jars):
    application.create(jars["Counting"], "first")
    application.start()
    counted = application.wait_for_count(3, "first")
    update = application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    answer = application.client.rollback_application(ApplicationName=application.name, CurrentApplicationVersionId=2)
    assert application.settle() == "RUNNING"
    assert application.operation(update)["OperationStatus"] == "CANCELLED"
    assert application.operation(answer["OperationId"])["OperationStatus"] == "SUCCESSFUL"
    application.wait_for_count(counted + 5, "first")
    assert all(label == "first" for label, _, _ in application.lines())


def test_a_logging_option_of_a_running_application_restarts_its_job(application, jars):
    application.create(jars["Counting"])
    application.start()
    application.wait_for_count(3)
    added = application.client.add_application_cloud_watch_logging_option(
        ApplicationName=application.name, CurrentApplicationVersionId=1, CloudWatchLoggingOption={"LogStreamARN": STREAM.format("a")})
    assert application.status() == "UPDATING"
    assert application.settle() == "RUNNING"
    operation = application.operation(added["OperationId"])
    assert operation["Operation"] == "AddApplicationCloudWatchLoggingOption" and operation["OperationStatus"] == "SUCCESSFUL"


def test_the_job_plan_is_described_on_request(application, jars):
    application.create(jars["Counting"])
    application.start()

    def plan():
        detail = application.client.describe_application(ApplicationName=application.name, IncludeAdditionalDetails=True)["ApplicationDetail"]
        return detail["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"].get("JobPlanDescription")
    assert '"nodes"' in wait_for(plan, "the plan of the job is known")
    flink = application.describe()["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]
    assert "JobPlanDescription" not in flink
    application.stop(Force=True)
    assert plan() is None
