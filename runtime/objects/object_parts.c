#include "runtime/objects/object_parts.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/objects/object_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTION_MAX_BYTES = 65536 };
static const char DESCRIPTION[] = "upload";
static const char PART[] = "part-";

// An id is a name of ours: hex digits only.
static bool is_id(const char *id) {
    return strlen(id) == OBJECT_PARTS_ID_SIZE - 1 &&
           strspn(id, "0123456789abcdef") == OBJECT_PARTS_ID_SIZE - 1;
}

static void print_path(const char *id, const char *name, char out[static OBJECT_PARTS_PATH_SIZE]) {
    (void)text_format(out, OBJECT_PARTS_PATH_SIZE, "%s/%s%s%s", OBJECT_KEY_STAGING, id,
                      name[0] == '\0' ? "" : "/", name);
}

void object_parts_path(const char *id, int number, char out[static OBJECT_PARTS_PATH_SIZE]) {
    char name[OBJECT_PARTS_NAME_SIZE];

    object_parts_name(number, name);
    print_path(id, name, out);
}

void object_parts_directory(const char *id, char out[static OBJECT_PARTS_PATH_SIZE]) {
    print_path(id, "", out);
}

void object_parts_name(int number, char out[static OBJECT_PARTS_NAME_SIZE]) {
    (void)text_format(out, OBJECT_PARTS_NAME_SIZE, "%s%05d", PART, number);
}

int object_parts_number(const char *name) {
    int64_t number;

    if (!text_starts_with(name, PART) || !text_to_int64(name + strlen(PART), &number)) return 0;
    return number > 0 && number <= OBJECT_PARTS_MAX ? (int)number : 0;
}

// --- life ---

bool object_parts_begin(const char *root, const char *key, const json_t *headers,
                        char out_id[static OBJECT_PARTS_ID_SIZE], struct error *err) {
    AUTO(json_decref) json_t *description = json_new_object();
    char id[OBJECT_PARTS_ID_SIZE];
    char path[OBJECT_PARTS_PATH_SIZE];

    random_id_hex(id, sizeof id - 1);
    json_put_text(description, "key", key);
    json_put_copy(description, "headers", headers);
    AUTO(memory_free) char *text = json_print(description);
    print_path(id, "", path);
    if (!file_make_users_directories(root, path, 0700, err)) return false;
    print_path(id, DESCRIPTION, path);
    if (!file_write_inside(root, path, text, strlen(text), 0600, err)) return false;
    (void)text_copy(out_id, OBJECT_PARTS_ID_SIZE, id);
    return true;
}

static bool read_description(const char *root, const char *id, json_t **out_value) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(DESCRIPTION_MAX_BYTES);
    char path[OBJECT_PARTS_PATH_SIZE];

    if (!is_id(id)) return false;
    print_path(id, DESCRIPTION, path);
    return file_read_tail_inside(root, path, DESCRIPTION_MAX_BYTES, &text, NULL) &&
           json_parse(buffer_text(&text), text.size_bytes, out_value, NULL);
}

bool object_parts_find(const char *root, const char *key, const char *id, json_t **out_headers,
                       struct error *err) {
    AUTO(json_decref) json_t *description = NULL;

    if (!read_description(root, id, &description) ||
        !text_equal(json_text(description, "key"), key))
        return error_set(err, ERROR_NOT_FOUND,
                         "The specified upload does not exist. The upload ID may be invalid, or "
                         "the upload may have been aborted or completed.");
    if (out_headers != NULL) *out_headers = json_copy_of(json_member(description, "headers"));
    return true;
}

void object_parts_forget(const char *root, const char *id) {
    AUTO(file_close) int directory = -1;
    char path[OBJECT_PARTS_PATH_SIZE];

    print_path(id, "", path);
    if (is_id(id) && file_open_users_directory(root, path, &directory, NULL))
        (void)unlinkat(directory, DESCRIPTION, 0);
}

// --- parts ---

bool object_parts_read(const char *root, const char *id, int number, struct object_part *out,
                       struct error *err) {
    AUTO(object_record_release) struct object_record record = {0};
    AUTO(file_close) int fd = -1;
    char path[OBJECT_PARTS_PATH_SIZE];
    struct stat entry;

    object_parts_path(id, number, path);
    if (!file_open_inside(root, path, &fd, err)) return false;
    if (fstat(fd, &entry) < 0) return error_system(err, errno, "read a part");
    object_record_read(fd, &entry, &record);
    *out = (struct object_part){.number = number,
                                .size_bytes = entry.st_size,
                                .modified_ms = (int64_t)entry.st_mtim.tv_sec * 1000};
    (void)text_copy(out->etag, sizeof out->etag, record.etag);
    return true;
}

// --- an upload ---

char *object_parts_key(const char *root, const char *id) {
    AUTO(json_decref) json_t *description = NULL;

    if (!read_description(root, id, &description)) return NULL;
    return memory_copy_text(json_text_or(description, "key", ""));
}

int64_t object_parts_begun_ms(const char *root, const char *id) {
    AUTO(file_close) int fd = -1;
    char path[OBJECT_PARTS_PATH_SIZE];
    struct stat entry;

    print_path(id, DESCRIPTION, path);
    if (!file_open_inside(root, path, &fd, NULL) || fstat(fd, &entry) < 0) return 0;
    return (int64_t)entry.st_mtim.tv_sec * 1000;
}
