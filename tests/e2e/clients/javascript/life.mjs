// The life of an application with the AWS SDK for JavaScript: life.mjs ENDPOINT NAME JAR. Fails with an exception.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  KinesisAnalyticsV2, KinesisAnalyticsV2ServiceException, ResourceInUseException, ResourceNotFoundException, paginateListApplications,
} from "@aws-sdk/client-kinesis-analytics-v2";

const PATIENCE_MS = 120_000;
const [endpoint, name, jar] = process.argv.slice(2);
const client = new KinesisAnalyticsV2({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
const app = { ApplicationName: name };

const describe = async () => (await client.describeApplication(app)).ApplicationDetail;

async function until(what, condition) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert(Date.now() < end, `${what} did not come`);
    await sleep(50);
  }
}

const waitFor = (status) => until(status, async () => (await describe()).ApplicationStatus === status);

async function refused(kind, text, call) {
  await assert.rejects(call, (refusal) => {
    assert(refusal instanceof kind && refusal instanceof KinesisAnalyticsV2ServiceException, refusal);
    assert.equal(refusal.message, text);
    assert(refusal.$metadata.requestId);
    return true;
  });
}

const create = async () => (await client.createApplication({
  ...app, RuntimeEnvironment: "FLINK-1_20", ServiceExecutionRole: "arn:aws:iam::000000000000:role/javascript",
  Tags: [{ Key: "made-by", Value: "javascript" }],
  ApplicationConfiguration: {
    ApplicationCodeConfiguration: { CodeContentType: "ZIPFILE", CodeContent: { ZipFileContent: readFileSync(jar) } },
    EnvironmentProperties: { PropertyGroups: [{ PropertyGroupId: "job", PropertyMap: { label: "first" } }] },
  },
})).ApplicationDetail;

const created = await create();
assert.equal(created.ApplicationStatus, "READY");
assert.equal(created.ApplicationVersionId, 1);
await refused(ResourceInUseException, "Application already exists.", create);
await refused(ResourceNotFoundException, "Application 'nobody' does not exist.", () => client.describeApplication({ ApplicationName: "nobody" }));
assert.deepEqual((await describe()).CreateTimestamp, created.CreateTimestamp);

const { OperationId } = await client.startApplication(app);
await waitFor("RUNNING");
const operation = await client.describeApplicationOperation({ ...app, OperationId });
assert.equal(operation.ApplicationOperationInfoDetails.OperationStatus, "SUCCESSFUL");

const snapshot = { ...app, SnapshotName: "by-javascript" };
await client.createApplicationSnapshot(snapshot);
await until("the snapshot", async () => (await client.describeApplicationSnapshot(snapshot)).SnapshotDetails.SnapshotStatus === "READY");

await client.tagResource({ ResourceARN: created.ApplicationARN, Tags: [{ Key: "team", Value: "streams" }] });
const { Tags } = await client.listTagsForResource({ ResourceARN: created.ApplicationARN });
assert.deepEqual(Object.fromEntries(Tags.map((tag) => [tag.Key, tag.Value])), { "made-by": "javascript", team: "streams" });

const groups = [{ PropertyGroupId: "job", PropertyMap: { label: "second" } }];
await client.updateApplication({
  ...app, ConditionalToken: (await describe()).ConditionalToken,
  ApplicationConfigurationUpdate: { EnvironmentPropertyUpdates: { PropertyGroups: groups } },
});
await waitFor("RUNNING");
assert.deepEqual((await describe()).ApplicationConfigurationDescription.EnvironmentPropertyDescriptions.PropertyGroupDescriptions, groups);
const versions = await client.listApplicationVersions(app);
assert.deepEqual(versions.ApplicationVersionSummaries.map((version) => version.ApplicationVersionId), [2, 1]);

await client.stopApplication(app);
await waitFor("READY");
await client.deleteApplication({ ...app, CreateTimestamp: created.CreateTimestamp });
await until("the end", async () => {
  for await (const page of paginateListApplications({ client, pageSize: 1 }, {}))
    if (page.ApplicationSummaries.some((summary) => summary.ApplicationName === name)) return false;
  return true;
});
