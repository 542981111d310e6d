// The snapshot of a rehearsal: one of the account, or one that is imported for it.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/interrupts.h"
#include "cli/client/s3_place.h"
#include "cli/rehearse/rehearsal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { POLL_MS = 50, STATUS_TIMEOUT_MS = 10000, FILES_MAX = 100000 };

static const char S3[] = "s3://";
static const char BUCKET[] = "kobel-rehearse";
// The API requires a role; kobel does not use it.
static const char ROLE[] = "arn:aws:iam::000000000000:role/kobel-rehearse";

// --- import ---

static json_t *import_request(const char *name, const struct s3_place *place) {
    json_t *request = json_new_object();
    json_t *source = json_new_object();

    json_put_text(source, "SourceType", "S3");
    json_put_text(source, "ImportRoleArn", ROLE);
    json_put(source, "SourceS3PrefixLocation", s3_place_location(place));
    json_put_text(request, "SnapshotName", name);
    json_put(request, "ImportSourceConfiguration", source);
    return request;
}

// *out_is_over: the operation has succeeded. False: it has failed.
static bool ask(struct rehearsal *self, const char *operation_id, bool *out_is_over,
                struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = json_new_object();

    json_put_text(request, "SnapshotName", self->snapshot);
    json_put_text(request, "SnapshotOperationId", operation_id);
    if (!client_call(self->run.client, "DescribeSnapshotOperation", request, &reply, err))
        return false;
    const json_t *operation = json_member(reply, "SnapshotOperationInfoDetails");
    const char *status = json_text_or(operation, "SnapshotOperationStatus", "");
    *out_is_over = text_equal(status, "SUCCESSFUL");
    if (*out_is_over || text_equal(status, "IN_PROGRESS")) return true;
    const char *reason =
        json_text_or(json_path(operation, "SnapshotOperationFailureDetails", "ErrorInfo", NULL),
                     "ErrorString", status);
    return error_set(err, ERROR_REQUEST, "the snapshot cannot be imported: %s", reason);
}

static bool import(struct rehearsal *self, const struct s3_place *place, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    int64_t since_us = clock_monotonic_us();
    bool is_over = false;

    (void)text_copy(self->snapshot, sizeof self->snapshot, self->run.name);
    if (!client_call(self->run.client, "ImportSnapshot", import_request(self->snapshot, place),
                     &reply, err))
        return false;
    self->is_imported = true;
    (void)text_copy(self->arn, sizeof self->arn, json_text_or(reply, "SnapshotArn", ""));
    const char *operation_id = json_text_or(reply, "SnapshotOperationId", "");
    while (!is_over) {
        if (!ask(self, operation_id, &is_over, err)) return false;
        if (!is_over && interrupts_wait(POLL_MS) > 0)
            return error_set(err, ERROR_STALE, "interrupted");
    }
    run_print(&self->run, COLOUR_PLAIN, run_since_ms(since_us), "the snapshot is imported");
    return true;
}

static bool import_from_s3(struct rehearsal *self, const char *url, struct error *err) {
    struct s3_place place;

    return s3_place_read(url, &place, err) && import(self, &place, err);
}

// --- a directory of this machine ---

struct copying {
    const char *from;
    const char *to;
};

static bool copy_bytes(int from, int to, const char *name, struct error *err) {
    struct stat status;

    if (fstat(from, &status) != 0) return error_system(err, errno, "read '%s'", name);
    for (off_t left = status.st_size; left > 0;) {
        ssize_t count = sendfile(to, from, NULL, (size_t)left);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return error_system(err, count < 0 ? errno : EIO, "copy '%s'", name);
        left -= count;
    }
    return true;
}

static bool copy_one(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct copying *copying = userdata;
    AUTO(file_close) int from = -1;
    AUTO(file_close) int to = -1;
    char source[FILE_PATH_MAX];
    char target[FILE_PATH_MAX];

    if (is_directory) return true;
    if (!file_join(source, sizeof source, err, copying->from, name, NULL) ||
        !file_join(target, sizeof target, err, copying->to, name, NULL))
        return false;
    from = open(source, O_RDONLY | O_CLOEXEC);
    if (from < 0) return error_system(err, errno, "open '%s'", source);
    to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (to < 0) return error_system(err, errno, "create '%s'", target);
    return copy_bytes(from, to, source, err);
}

static bool import_directory(struct rehearsal *self, const char *directory, struct error *err) {
    AUTO(json_decref) json_t *status = NULL;
    struct s3_place place;
    char copy[FILE_PATH_MAX];
    struct copying copying = {directory, copy};

    if (!client_get(self->run.client, "/kobel/v1/status", STATUS_TIMEOUT_MS, &status, err))
        return false;
    const char *objects = json_text(status, "codeObjects");
    if (objects == NULL || !file_is_directory(objects))
        return error_set(err, ERROR_UNSUPPORTED,
                         "the daemon's buckets are not directories of this machine: copy '%s' to a "
                         "bucket, and use --snapshot s3://bucket/prefix/",
                         directory);
    if (!file_join(copy, sizeof copy, err, objects, BUCKET, self->run.name, NULL) ||
        !file_make_directories(copy, 0755, err))
        return false;
    (void)text_copy(self->copy, sizeof self->copy, copy);
    (void)text_copy(place.bucket, sizeof place.bucket, BUCKET);
    (void)text_format(place.prefix, sizeof place.prefix, "%s/", self->run.name);
    return file_list(directory, copy_one, &copying, err) && import(self, &place, err);
}

// --- one of the account ---

static bool find(struct rehearsal *self, const char *name, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = json_new_object();

    json_put_text(request, "SnapshotName", name);
    if (!client_call(self->run.client, "DescribeSnapshot", request, &reply, err))
        return err->kind == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_NOT_FOUND,
                               "there is no enhanced snapshot '%s', and no directory: give the "
                               "name of one, s3://bucket/prefix/ or the directory of a savepoint",
                               name)
                   : false;
    (void)text_copy(self->snapshot, sizeof self->snapshot, name);
    (void)text_copy(self->arn, sizeof self->arn,
                    json_text_or(json_member(reply, "SnapshotInfoDetails"), "SnapshotArn", ""));
    return true;
}

bool rehearsal_take_snapshot(struct rehearsal *self, const char *named, struct error *err) {
    char snapshot[FILE_PATH_MAX];

    s3_place_of_savepoint(named, snapshot, sizeof snapshot);
    if (text_starts_with(snapshot, S3)) return import_from_s3(self, snapshot, err);
    if (file_is_directory(snapshot)) return import_directory(self, snapshot, err);
    const char *owner = self->run.session->options.application;
    if (owner != NULL) {
        (void)text_copy(self->owner, sizeof self->owner, owner);
        (void)text_copy(self->snapshot, sizeof self->snapshot, snapshot);
        return true;
    }
    return find(self, snapshot, err);
}
