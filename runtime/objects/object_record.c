#include "runtime/objects/object_record.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

static const char ATTRIBUTE[] = "user.kobel.object";
// ext4 has one block for all attributes of a file.
enum { RECORD_MAX_BYTES = 3600 };

static int64_t time_ns(const struct stat *entry) {
    return (int64_t)entry->st_mtim.tv_sec * 1000000000 + entry->st_mtim.tv_nsec;
}

void object_record_release(struct object_record *record) {
    json_decref(TAKE(record->headers));
    json_decref(TAKE(record->checksums));
}

bool object_record_write(int fd, const struct object_record *record, struct error *err) {
    AUTO(json_decref) json_t *value = json_new_object();
    struct stat entry;

    if (fstat(fd, &entry) < 0) return error_system(err, errno, "read the object");
    json_put_text(value, "etag", record->etag);
    json_put_int(value, "size", entry.st_size);
    json_put_int(value, "time", time_ns(&entry));
    if (record->upload_id[0] != '\0') json_put_text(value, "upload", record->upload_id);
    json_put_copy(value, "headers", record->headers);
    json_put_copy(value, "checksums", record->checksums);
    AUTO(memory_free) char *text = json_print(value);
    if (strlen(text) > RECORD_MAX_BYTES)
        return error_set(err, ERROR_LIMIT,
                         "Your metadata headers exceed the maximum allowed metadata size");
    if (fsetxattr(fd, ATTRIBUTE, text, strlen(text), 0) == 0 || errno == ENOTSUP) return true;
    return error_system(err, errno, "write the headers of the object");
}

static void invent_etag(const struct stat *entry, char out[static OBJECT_ETAG_SIZE]) {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char identity[100];

    (void)text_format(identity, sizeof identity, "%llu %llu %lld %lld",
                      (unsigned long long)entry->st_dev, (unsigned long long)entry->st_ino,
                      (long long)entry->st_size, (long long)time_ns(entry));
    digest_sha256_hex(identity, strlen(identity), sha256);
    (void)text_format(out, OBJECT_ETAG_SIZE, "%.32s-1", sha256);
}

static bool read_attribute(int fd, json_t **out_value) {
    char text[RECORD_MAX_BYTES];
    ssize_t size_bytes = fgetxattr(fd, ATTRIBUTE, text, sizeof text);

    return size_bytes > 0 && json_parse(text, (size_t)size_bytes, out_value, NULL);
}

static json_t *take_object(const json_t *value, const char *name) {
    const json_t *member = json_member(value, name);

    return json_is_object(member) ? json_copy_of(member) : NULL;
}

void object_record_read(int fd, const struct stat *entry, struct object_record *out) {
    AUTO(json_decref) json_t *value = NULL;

    *out = (struct object_record){0};
    if (!read_attribute(fd, &value) || json_int_or(value, "size", -1) != entry->st_size ||
        json_int_or(value, "time", -1) != time_ns(entry)) {
        invent_etag(entry, out->etag);
        return;
    }
    (void)text_copy(out->etag, sizeof out->etag, json_text_or(value, "etag", ""));
    (void)text_copy(out->upload_id, sizeof out->upload_id, json_text_or(value, "upload", ""));
    out->headers = take_object(value, "headers");
    out->checksums = take_object(value, "checksums");
}
