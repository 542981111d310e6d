// Exports and imports with buckets that are directories.
#include "unit/transfer_files.h"

TestSuite(directory_bucket, .init = set_up, .fini = tear_down);

static void use_directories(void) {
    char bucket[128];

    is_remote = false;
    (void)text_format(bucket, sizeof bucket, "%s/bucket", s3);
    cr_assert(mkdir(bucket, 0755) == 0);
    reopen();
}

static void check_in_directory(void) {
    char directory[128];

    (void)text_format(directory, sizeof directory, "%s/bucket/exports/op", s3);
    cr_assert(has_file(directory, "_metadata", METADATA, 8));
    cr_assert(has_file(directory, "a b/\u00e4", "abc", 3));
    cr_assert(has_file(directory, "empty", "", 0));
    cr_assert(has_file(directory, "large", large, sizeof large));
}

Test(directory_bucket, buckets_may_be_directories) {
    use_directories();
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_in_directory();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_success(transfer(TRANSFER_IMPORT, "two"));
    check_imported("two");
    cr_assert(eq(int, fake.puts + fake.gets + fake.lists, 0));
}

Test(directory_bucket, objects_of_a_directory_share_no_file_with_a_snapshot) {
    char directory[128];

    use_directories();
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_success(transfer(TRANSFER_IMPORT, "two"));
    (void)text_format(directory, sizeof directory, "%s/bucket/exports/op", s3);
    write_file(directory, "large", "rewritten in place, as cp does", 30);
    check_imported("one");
    check_imported("two");
}

Test(directory_bucket, a_transfer_may_be_killed_at_any_point) {
    use_directories();
    make_savepoint();
    for (int events = 0; events < EVENTS_MAX; events += EVENTS_STEP) {
        char name[16];
        char directory[128];
        kill_and_repeat(TRANSFER_EXPORT, "one", events);
        check_in_directory();
        (void)text_format(name, sizeof name, "copy%d", events);
        kill_and_repeat(TRANSFER_IMPORT, name, events);
        check_imported(name);
        (void)text_format(directory, sizeof directory, "%s/bucket/exports", s3);
        cr_assert(file_remove_tree(directory, NULL));
    }
}

Test(directory_bucket, links_of_a_user_are_followed_within_the_bucket) {
    char path[128];

    use_directories();
    (void)text_format(path, sizeof path, "%s/bucket", s3);
    write_file(path, "exports/op/_metadata", METADATA, 8);
    write_file(path, "elsewhere", "x", 1);
    (void)text_format(path, sizeof path, "%s/bucket/exports/op/linked", s3);
    cr_assert(symlink("../../elsewhere", path) == 0);
    (void)text_format(path, sizeof path, "%s/bucket/exports/op/outside", s3);
    cr_assert(symlink("/etc/passwd", path) == 0);
    struct outcome outcome = transfer(TRANSFER_IMPORT, "two");
    cr_assert(eq(int, outcome.fault, TRANSFER_FAULT_NONE), "%s", outcome.reason);
    cr_assert(has_file(snapshot("two"), "linked", "x", 1));
    cr_assert(eq(i64, outcome.size_bytes, 9));
}

Test(directory_bucket, a_link_to_a_directory_is_refused) {
    char path[128];

    use_directories();
    (void)text_format(path, sizeof path, "%s/bucket", s3);
    write_file(path, "exports/op/_metadata", METADATA, 8);
    write_file(path, "exports/op/a/b", "x", 1);
    (void)text_format(path, sizeof path, "%s/bucket/exports/op/a/sub", s3);
    cr_assert(symlink("..", path) == 0);
    struct outcome outcome = transfer(TRANSFER_IMPORT, "two");
    check_failure(outcome, TRANSFER_FAULT_INVALID_SAVEPOINT);
    cr_assert(eq(str, outcome.reason, "'a/sub' is a link to a directory"));
}

Test(directory_bucket, failures_of_directories_are_told_apart) {
    make_savepoint();
    is_remote = false;
    reopen();
    check_failure(transfer(TRANSFER_EXPORT, "one"), TRANSFER_FAULT_NO_SUCH_BUCKET);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_NO_SUCH_BUCKET);
    use_directories();
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_SAVEPOINT_NOT_FOUND);
}

static unsigned mode_of(const char *path) {
    struct stat entry;

    cr_assert(stat(path, &entry) == 0);
    return entry.st_mode & 07777;
}

// The rights of what a job can write are restored; those of a bucket are the user's.
Test(directory_bucket, transfers_change_no_rights_of_a_bucket) {
    char bucket[128];
    char directory[128];

    use_directories();
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    (void)text_format(bucket, sizeof bucket, "%s/bucket", s3);
    (void)text_format(directory, sizeof directory, "%s/bucket/exports/op", s3);
    cr_assert(chmod(directory, 0555) == 0 && chmod(bucket, 0555) == 0);
    check_success(transfer(TRANSFER_IMPORT, "two"));
    struct outcome outcome = transfer(TRANSFER_EXPORT, "one");
    cr_assert(eq(u32, mode_of(directory), 0555));
    cr_assert(eq(u32, mode_of(bucket), 0555));
    cr_assert(chmod(directory, 0755) == 0 && chmod(bucket, 0755) == 0);
    if (geteuid() == 0)
        check_success(outcome);
    else
        check_failure(outcome, TRANSFER_FAULT_ACCESS_DENIED);
}

Test(directory_bucket, a_file_in_the_way_of_an_export_is_told_at_once) {
    char bucket[128];

    use_directories();
    make_savepoint();
    (void)text_format(bucket, sizeof bucket, "%s/bucket", s3);
    write_file(bucket, "exports", "x", 1);
    struct outcome outcome = transfer(TRANSFER_EXPORT, "one");
    check_failure(outcome, TRANSFER_FAULT_INTERNAL);
    cr_assert(strstr(outcome.reason, "a part of the path is not a directory") != NULL, "%s",
              outcome.reason);
}
