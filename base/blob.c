#include "base/blob.h"

#include "base/base64.h"
#include "base/random_id.h"
#include "base/text.h"

void blob_release(struct blob *blob) {
    base64_reader_free(blob->reader);
    blob->reader = NULL;
    buffer_release(&blob->bytes);
}

void blob_begin(struct blob *blob) {
    blob_release(blob);
    if (blob->mark[0] == '\0') random_id_hex(blob->mark, BLOB_MARK_SIZE - 1);
    blob->reader = base64_reader_new();
    blob->size_bytes = 0;
    blob->is_base64 = true;
}

void blob_add(struct blob *blob, const char *text, size_t size_bytes) {
    blob->is_base64 =
        blob->is_base64 && base64_reader_add(blob->reader, text, size_bytes, &blob->bytes);
}

void blob_end(struct blob *blob) {
    blob->is_base64 = blob->is_base64 && base64_reader_finish(blob->reader, &blob->bytes);
    blob->size_bytes = base64_reader_size(blob->reader);
    if (!blob->is_base64 || blob->size_bytes > blob->bytes.limit_bytes)
        buffer_release(&blob->bytes);
}

bool blob_is_mark(const struct blob *blob, const char *text) {
    return blob->mark[0] != '\0' && text_equal(text, blob->mark);
}
