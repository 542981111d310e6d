#include "api/s3/s3_documents.h"

#include "api/s3/s3_range.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/s3/s3_xml.h"

// --- Delete ---

// Of a key there are its version and its ETag besides.
enum { DELETION_ELEMENTS_MAX = 10 * S3_DELETION_MAX };

struct deletion_reader {
    struct s3_deletion *out;
    int elements;
    bool has_version;
};

static bool on_deletion(void *userdata, const char *path, const char *text) {
    struct deletion_reader *reader = userdata;
    struct s3_deletion *out = reader->out;

    if (++reader->elements > DELETION_ELEMENTS_MAX) return false;
    if (text_equal(path, "Delete/Quiet")) out->is_quiet = text_equal(text, "true");
    if (text_equal(path, "Delete/Object/VersionId"))
        reader->has_version |= !text_equal(text, "null") && text[0] != '\0';
    if (!text_equal(path, "Delete/Object/Key")) return true;
    if (out->count == S3_DELETION_MAX) return false;
    out->keys[out->count++] = memory_copy_text(text);
    return true;
}

bool s3_deletion_read(const char *bytes, size_t size_bytes, struct s3_deletion *out,
                      struct s3_fault *fault) {
    struct deletion_reader reader = {.out = out};

    if (!s3_xml_read(bytes, size_bytes, on_deletion, &reader, NULL) || out->count == 0)
        return s3_fault_set(fault, "MalformedXML", NULL);
    return !reader.has_version || s3_fault_set(fault, "NoSuchVersion", NULL);
}

void s3_deletion_release(struct s3_deletion *deletion) {
    for (int index = 0; index < deletion->count; index++)
        memory_free(deletion->keys[index]);
    deletion->count = 0;
}

// --- CompleteMultipartUpload ---

// With checksums a part has eight.
enum { COMPLETION_ELEMENTS_MAX = 10 * OBJECT_PARTS_MAX };

struct completion_reader {
    struct s3_completion *out;
    int elements;
    int64_t number; // of the part that is read
    char etag[OBJECT_ETAG_SIZE];
};

static bool on_completion(void *userdata, const char *path, const char *text) {
    struct completion_reader *reader = userdata;
    struct s3_completion *out = reader->out;

    if (++reader->elements > COMPLETION_ELEMENTS_MAX) return false;
    if (text_equal(path, "CompleteMultipartUpload/Part/PartNumber"))
        return text_to_int64(text, &reader->number) && reader->number > 0 &&
               reader->number <= OBJECT_PARTS_MAX;
    if (text_equal(path, "CompleteMultipartUpload/Part/ETag")) {
        AUTO(memory_free) char *etag = s3_conditions_etag(text);
        (void)text_copy(reader->etag, sizeof reader->etag, etag);
    }
    if (!text_equal(path, "CompleteMultipartUpload/Part")) return true;
    if (reader->number == 0 || out->count == OBJECT_PARTS_MAX) return false;
    struct s3_completion_part *part = &out->parts[out->count++];
    part->number = (int)reader->number;
    (void)text_copy(part->etag, sizeof part->etag, reader->etag);
    reader->number = 0;
    reader->etag[0] = '\0';
    return true;
}

bool s3_completion_read(const char *bytes, size_t size_bytes, struct s3_completion *out,
                        struct s3_fault *fault) {
    struct completion_reader reader = {.out = out};

    out->count = 0;
    if (!s3_xml_read(bytes, size_bytes, on_completion, &reader, NULL) || out->count == 0)
        return s3_fault_set(fault, "MalformedXML", NULL);
    for (int index = 1; index < out->count; index++)
        if (out->parts[index].number <= out->parts[index - 1].number)
            return s3_fault_set(fault, "InvalidPartOrder", NULL);
    return true;
}
