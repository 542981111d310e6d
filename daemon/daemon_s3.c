// The S3 endpoint: its buckets, and the port for jobs.
#include "base/text.h"
#include "daemon/daemon_parts.h"

#include <string.h>

static const char PORT_FILE[] = "s3-port";

bool daemon_open_objects(struct daemon *self, struct error *err) {
    char s3[FILE_PATH_MAX];

    if (!daemon_s3_directory(self, s3, err)) return false;
    object_store_open(&self->objects, self->loop, s3);
    return true;
}

// 0: none is known.
static uint16_t last_port(const char *path) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(16);
    int64_t port = 0;

    if (!file_read(path, &text, NULL) || !text_to_int64(buffer_text(&text), &port) || port < 1 ||
        port > UINT16_MAX)
        return 0;
    return (uint16_t)port;
}

// Jobs write to the buckets that the daemon uses.
static void tell_clusters(struct daemon *self) {
    const char *remote = self->options->s3_endpoint;
    char own[48];

    (void)text_format(own, sizeof own, "http://127.0.0.1:%u", self->s3_port);
    local_clusters_serve_port(self->clusters, self->s3_port);
    local_clusters_set_s3(self->clusters, remote[0] != '\0' ? remote : own);
}

bool daemon_serve_jobs(struct daemon *self, struct error *err) {
    uint16_t wanted = self->options->s3_port;
    char path[FILE_PATH_MAX];
    char text[16];

    if (!file_join(path, sizeof path, err, self->data.path, PORT_FILE, NULL)) return false;
    uint16_t last = last_port(path);
    if (!http_server_listen_for_jobs(self->server, wanted == 0 ? last : wanted, &self->s3_port,
                                     err))
        return false;
    if (wanted != 0 && self->s3_port != wanted)
        return error_set(err, ERROR_SYSTEM, "--s3-port %u is in use: choose another one", wanted);
    tell_clusters(self);
    (void)text_format(text, sizeof text, "%u", self->s3_port);
    if (self->s3_port == last) return true;
    return file_write_atomically(path, text, strlen(text), 0600, err);
}
