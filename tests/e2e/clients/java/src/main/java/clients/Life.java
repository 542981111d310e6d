package clients;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisanalyticsv2.KinesisAnalyticsV2Client;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.*;

/** The life of an application with the AWS SDK for Java: Life ENDPOINT NAME JAR. Fails with an exception. */
public final class Life {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final KinesisAnalyticsV2Client client;
    private final String name;

    private Life(KinesisAnalyticsV2Client client, String name) {
        this.client = client;
        this.name = name;
    }

    public static void main(String[] arguments) throws Exception {
        AwsBasicCredentials credentials = AwsBasicCredentials.create("test", "test");
        try (KinesisAnalyticsV2Client client = KinesisAnalyticsV2Client.builder()
                .endpointOverride(URI.create(arguments[0]))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .build()) {
            new Life(client, arguments[1]).live(SdkBytes.fromByteArray(java.nio.file.Files.readAllBytes(java.nio.file.Path.of(arguments[2]))));
        }
    }

    private void live(SdkBytes jar) throws InterruptedException {
        ApplicationDetail created = create(jar);
        check(created.applicationStatus() == ApplicationStatus.READY && created.applicationVersionId() == 1, created);
        refuse(ResourceInUseException.class, "Application already exists.", () -> create(jar));
        refuse(ResourceNotFoundException.class, "Application 'absent' does not exist.",
                () -> client.describeApplication(request -> request.applicationName("absent")));
        check(describe().createTimestamp().equals(created.createTimestamp()), describe());

        String start = client.startApplication(request -> request.applicationName(name)).operationId();
        waitFor(ApplicationStatus.RUNNING);
        OperationStatus ended = client.describeApplicationOperation(request -> request.applicationName(name).operationId(start))
                .applicationOperationInfoDetails().operationStatus();
        check(ended == OperationStatus.SUCCESSFUL, ended);

        takeSnapshot();
        tag(created.applicationARN());
        updateProperties();
        List<Long> versions = client.listApplicationVersions(request -> request.applicationName(name))
                .applicationVersionSummaries().stream().map(ApplicationVersionSummary::applicationVersionId).collect(Collectors.toList());
        check(versions.equals(List.of(2L, 1L)), versions);

        client.stopApplication(request -> request.applicationName(name));
        waitFor(ApplicationStatus.READY);
        client.deleteApplication(request -> request.applicationName(name).createTimestamp(created.createTimestamp()));
        until("the end", () -> !client.listApplicationsPaginator(request -> request.limit(1)).stream()
                .flatMap(page -> page.applicationSummaries().stream())
                .anyMatch(summary -> summary.applicationName().equals(name)));
    }

    private ApplicationDetail create(SdkBytes jar) {
        return client.createApplication(request -> request
                .applicationName(name)
                .runtimeEnvironment(RuntimeEnvironment.FLINK_1_20)
                .serviceExecutionRole("arn:aws:iam::000000000000:role/java")
                .tags(Tag.builder().key("made-by").value("java").build())
                .applicationConfiguration(configuration -> configuration
                        .applicationCodeConfiguration(code -> code
                                .codeContentType(CodeContentType.ZIPFILE)
                                .codeContent(content -> content.zipFileContent(jar)))
                        .environmentProperties(environment -> environment.propertyGroups(group("first")))))
                .applicationDetail();
    }

    private static PropertyGroup group(String label) {
        return PropertyGroup.builder().propertyGroupId("job").propertyMap(Map.of("label", label)).build();
    }

    private void takeSnapshot() throws InterruptedException {
        client.createApplicationSnapshot(request -> request.applicationName(name).snapshotName("by-java"));
        until("the snapshot", () -> client.describeApplicationSnapshot(request -> request.applicationName(name).snapshotName("by-java"))
                .snapshotDetails().snapshotStatus() == SnapshotStatus.READY);
        SnapshotDetails snapshot = client.listApplicationSnapshots(request -> request.applicationName(name)).snapshotSummaries().get(0);
        check(snapshot.snapshotCreationTimestamp().isBefore(Instant.now().plusSeconds(1)), snapshot);
    }

    private void tag(String arn) {
        client.tagResource(request -> request.resourceARN(arn).tags(Tag.builder().key("team").value("streams").build()));
        Map<String, String> tags = client.listTagsForResource(request -> request.resourceARN(arn)).tags().stream()
                .collect(Collectors.toMap(Tag::key, Tag::value));
        check(tags.equals(Map.of("made-by", "java", "team", "streams")), tags);
    }

    private void updateProperties() throws InterruptedException {
        client.updateApplication(request -> request
                .applicationName(name)
                .conditionalToken(describe().conditionalToken())
                .applicationConfigurationUpdate(update -> update
                        .environmentPropertyUpdates(properties -> properties.propertyGroups(group("second")))));
        waitFor(ApplicationStatus.RUNNING);
        List<PropertyGroup> groups = describe().applicationConfigurationDescription().environmentPropertyDescriptions().propertyGroupDescriptions();
        check(groups.equals(List.of(group("second"))), groups);
    }

    private ApplicationDetail describe() {
        return client.describeApplication(request -> request.applicationName(name)).applicationDetail();
    }

    private void waitFor(ApplicationStatus status) throws InterruptedException {
        until("status " + status, () -> describe().applicationStatus() == status);
    }

    private static void until(String what, Supplier<Boolean> condition) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.get()) {
            check(Instant.now().isBefore(end), what + " did not come");
            Thread.sleep(50);
        }
    }

    private static void refuse(Class<? extends KinesisAnalyticsV2Exception> kind, String text, Runnable call) {
        try {
            call.run();
        } catch (KinesisAnalyticsV2Exception refusal) {
            check(kind.isInstance(refusal) && refusal.awsErrorDetails().errorMessage().equals(text) && refusal.requestId() != null, refusal);
            return;
        }
        throw new AssertionError("not refused: " + kind);
    }

    private static void check(boolean isRight, Object seen) {
        if (!isRight) throw new AssertionError(String.valueOf(seen));
    }
}
