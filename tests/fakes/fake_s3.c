#include "fakes/fake_s3.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const size_t REQUEST_MAX_BYTES = (size_t)64 << 20;

struct fake_s3_connection {
    struct fake_s3 *fake;
    struct fake_s3_connection *next;
    sd_event_source *source;
    struct buffer in;
    struct buffer out;
    size_t sent_bytes;
};

struct request {
    char method[8];
    char key[1100]; // "" = the bucket
    bool is_of_bucket;
    const char *query;
    const char *body;
    size_t body_bytes;
};

// --- texts ---

static void unescape(char *out, size_t size_bytes, const char *from, size_t length) {
    size_t used = 0;

    for (size_t at = 0; at < length && used + 1 < size_bytes; at++) {
        char digits[3] = {0};
        if (from[at] != '%' || at + 2 >= length) {
            out[used++] = from[at];
            continue;
        }
        memcpy(digits, from + at + 1, 2);
        out[used++] = (char)strtoul(digits, NULL, 16);
        at += 2;
    }
    out[used] = '\0';
}

static bool parameter(const char *query, const char *name, char *out, size_t size_bytes) {
    size_t length = 0;
    const char *value = text_list_value(query, name, "&", &length);

    if (value == NULL) return false;
    unescape(out, size_bytes, value, length);
    return true;
}

static void append_escaped(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (strchr("&<>\"", *text) != NULL || (unsigned char)*text < 0x20)
            (void)buffer_append_format(out, "&#%u;", (unsigned char)*text);
        else
            error_ignore(buffer_append(out, text, 1, NULL));
    }
}

// --- objects ---

void fake_s3_put(struct fake_s3 *fake, const char *key, const void *bytes, size_t size_bytes) {
    size_t index = 0;

    while (index < fake->object_count && strcmp(fake->objects[index].key, key) < 0)
        index++;
    if (index == fake->object_count || !text_equal(fake->objects[index].key, key)) {
        if (fake->object_count == FAKE_S3_OBJECTS_MAX) abort();
        memmove(&fake->objects[index + 1], &fake->objects[index],
                (fake->object_count - index) * sizeof fake->objects[0]);
        fake->object_count++;
        fake->objects[index] = (struct fake_s3_object){0};
        (void)text_copy(fake->objects[index].key, sizeof fake->objects[index].key, key);
    }
    struct fake_s3_bytes *content = &fake->objects[index].content;
    memory_free(content->bytes);
    content->bytes = memory_alloc(size_bytes + 1);
    if (size_bytes > 0) memcpy(content->bytes, bytes, size_bytes);
    content->size_bytes = size_bytes;
}

const struct fake_s3_bytes *fake_s3_find(const struct fake_s3 *fake, const char *key) {
    for (size_t index = 0; index < fake->object_count; index++)
        if (text_equal(fake->objects[index].key, key)) return &fake->objects[index].content;
    return NULL;
}

// --- answers ---

static void answer(struct fake_s3_connection *connection, int status, const char *headers,
                   const void *body, size_t size_bytes) {
    (void)buffer_append_format(
        &connection->out, "HTTP/1.1 %d -\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n",
        status, headers, size_bytes);
    if (!buffer_append(&connection->out, body, size_bytes, NULL)) abort();
}

static void answer_error(struct fake_s3_connection *connection, int status, const char *code) {
    AUTO(memory_free)
    char *body = memory_format("<?xml version=\"1.0\"?>\n<Error><Code>%s</Code><Message>of the fake"
                               "</Message></Error>",
                               code);

    answer(connection, status, "", body, strlen(body));
}

static void answer_xml(struct fake_s3_connection *connection, const struct buffer *body) {
    answer(connection, 200, "", buffer_text(body), body->size_bytes);
}

static void list_objects(struct fake_s3_connection *connection, const char *query) {
    AUTO(buffer_release) struct buffer body = BUFFER_INIT(REQUEST_MAX_BYTES);
    struct fake_s3 *fake = connection->fake;
    char prefix[1100] = "";
    char token[1100] = "";
    size_t page_max = fake->page_max == 0 ? 1000 : fake->page_max;
    size_t count = 0;
    const char *last = NULL;

    fake->lists++;
    if (fake->busy_lists > 0) {
        fake->busy_lists--;
        answer_error(connection, 200, "SlowDown");
        return;
    }
    (void)parameter(query, "prefix", prefix, sizeof prefix);
    (void)parameter(query, "continuation-token", token, sizeof token);
    (void)buffer_append_text(&body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
                                    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (size_t index = 0; index < fake->object_count; index++) {
        const struct fake_s3_object *object = &fake->objects[index];
        if (!text_starts_with(object->key, prefix) || strcmp(object->key, token) <= 0) continue;
        if (count++ == page_max) break;
        (void)buffer_append_text(&body, "<Contents><Key>");
        append_escaped(&body, object->key);
        (void)buffer_append_format(&body, "</Key><Size>%zu</Size></Contents>",
                                   object->content.size_bytes - fake->unlisted_bytes);
        last = object->key;
    }
    (void)buffer_append_format(&body, "<IsTruncated>%s</IsTruncated>",
                               count > page_max || fake->repeats_token ? "true" : "false");
    if (count > page_max || fake->repeats_token) {
        (void)buffer_append_text(&body, "<NextContinuationToken>");
        append_escaped(&body, fake->repeats_token ? "again" : last);
        (void)buffer_append_text(&body, "</NextContinuationToken>");
    }
    (void)buffer_append_text(&body, "</ListBucketResult>");
    answer_xml(connection, &body);
}

static void list_uploads(struct fake_s3_connection *connection) {
    AUTO(buffer_release) struct buffer body = BUFFER_INIT(REQUEST_MAX_BYTES);
    const struct fake_s3 *fake = connection->fake;

    (void)buffer_append_text(&body, "<ListMultipartUploadsResult>");
    for (size_t index = 0; index < fake->upload_count; index++) {
        if (fake->uploads[index].key[0] == '\0') continue;
        (void)buffer_append_text(&body, "<Upload><Key>");
        append_escaped(&body, fake->uploads[index].key);
        (void)buffer_append_format(&body, "</Key><UploadId>%zu</UploadId></Upload>", index);
    }
    (void)buffer_append_text(&body, "</ListMultipartUploadsResult>");
    answer_xml(connection, &body);
}

static struct fake_s3_upload *find_upload(struct fake_s3 *fake, const struct request *request) {
    char id[32] = "";
    size_t index;

    if (!parameter(request->query, "uploadId", id, sizeof id)) return NULL;
    index = strtoul(id, NULL, 10);
    if (index >= fake->upload_count) return NULL;
    return text_equal(fake->uploads[index].key, request->key) ? &fake->uploads[index] : NULL;
}

static void list_parts(struct fake_s3_connection *connection, const struct fake_s3_upload *upload) {
    AUTO(buffer_release) struct buffer body = BUFFER_INIT(REQUEST_MAX_BYTES);

    (void)buffer_append_text(&body, "<ListPartsResult><IsTruncated>false</IsTruncated>");
    for (int number = 0; number < FAKE_S3_PARTS_MAX; number++)
        if (upload->parts[number].bytes != NULL)
            (void)buffer_append_format(&body,
                                       "<Part><PartNumber>%d</PartNumber><ETag>&quot;e%d&quot;"
                                       "</ETag><Size>%zu</Size></Part>",
                                       number, number, upload->parts[number].size_bytes);
    (void)buffer_append_text(&body, "</ListPartsResult>");
    answer_xml(connection, &body);
}

static void get(struct fake_s3_connection *connection, const struct request *request) {
    struct fake_s3 *fake = connection->fake;
    const struct fake_s3_upload *upload = find_upload(fake, request);
    const struct fake_s3_bytes *content = fake_s3_find(fake, request->key);

    if (request->is_of_bucket && strstr(request->query, "uploads") != NULL) {
        list_uploads(connection);
    } else if (request->is_of_bucket) {
        list_objects(connection, request->query);
    } else if (upload != NULL) {
        list_parts(connection, upload);
    } else if (content == NULL) {
        answer_error(connection, 404, "NoSuchKey");
    } else {
        fake->gets++;
        answer(connection, 200, "", content->bytes, content->size_bytes);
    }
}

static void put(struct fake_s3_connection *connection, const struct request *request) {
    struct fake_s3 *fake = connection->fake;
    struct fake_s3_upload *upload = find_upload(fake, request);
    char text[32] = "";
    AUTO(memory_free) char *etag = NULL;

    if (strstr(request->query, "uploadId") != NULL && upload == NULL) {
        answer_error(connection, 404, "NoSuchUpload");
        return;
    }
    fake->puts++;
    if (upload == NULL) {
        fake_s3_put(fake, request->key, request->body, request->body_bytes);
        answer(connection, 200, "ETag: \"whole\"\r\n", "", 0);
        return;
    }
    (void)parameter(request->query, "partNumber", text, sizeof text);
    size_t number = strtoul(text, NULL, 10);
    if (number == 0 || number >= FAKE_S3_PARTS_MAX) abort();
    struct fake_s3_bytes *part = &upload->parts[number];
    memory_free(part->bytes);
    part->bytes = memory_alloc(request->body_bytes + 1);
    memcpy(part->bytes, request->body, request->body_bytes);
    part->size_bytes = request->body_bytes;
    etag = memory_format("ETag: \"e%zu\"\r\n", number);
    answer(connection, 200, etag, "", 0);
}

// The body has to name all parts, in order.
static void complete(struct fake_s3_connection *connection, struct fake_s3_upload *upload,
                     const struct request *request) {
    AUTO(buffer_release) struct buffer whole = BUFFER_INIT(REQUEST_MAX_BYTES);
    AUTO(buffer_release) struct buffer expected = BUFFER_INIT(REQUEST_MAX_BYTES);

    (void)buffer_append_text(&expected, "<CompleteMultipartUpload>");
    for (int number = 1; number < FAKE_S3_PARTS_MAX && upload->parts[number].bytes != NULL;
         number++) {
        (void)buffer_append_format(&expected,
                                   "<Part><PartNumber>%d</PartNumber><ETag>\"e%d\"</ETag></Part>",
                                   number, number);
        if (!buffer_append(&whole, upload->parts[number].bytes, upload->parts[number].size_bytes,
                           NULL))
            abort();
    }
    (void)buffer_append_text(&expected, "</CompleteMultipartUpload>");
    if (!text_equal(buffer_text(&expected), request->body)) {
        answer_error(connection, 400, "InvalidPart");
        return;
    }
    fake_s3_put(connection->fake, request->key, buffer_text(&whole), whole.size_bytes);
    upload->key[0] = '\0';
    answer(connection, 200, "", "<CompleteMultipartUploadResult/>",
           strlen("<CompleteMultipartUploadResult/>"));
}

static void post(struct fake_s3_connection *connection, const struct request *request) {
    struct fake_s3 *fake = connection->fake;
    struct fake_s3_upload *upload = find_upload(fake, request);
    AUTO(memory_free) char *body = NULL;

    if (upload != NULL && fake->fails_completion) {
        fake->fails_completion = false;
        answer_error(connection, 200, "InternalError");
        return;
    }
    if (upload != NULL) {
        complete(connection, upload, request);
        return;
    }
    if (fake->upload_count == FAKE_S3_UPLOADS_MAX) abort();
    (void)text_copy(fake->uploads[fake->upload_count].key, sizeof fake->uploads[0].key,
                    request->key);
    body = memory_format("<InitiateMultipartUploadResult><UploadId>%zu</UploadId>"
                         "</InitiateMultipartUploadResult>",
                         fake->upload_count++);
    answer(connection, 200, "", body, strlen(body));
}

static void serve(struct fake_s3_connection *connection, const struct request *request,
                  bool is_bucket_known) {
    struct fake_s3 *fake = connection->fake;
    bool is_write = !text_equal(request->method, "GET");

    if (fake->failures > 0 || (is_write && fake->failures_of_writes > 0)) {
        *(fake->failures > 0 ? &fake->failures : &fake->failures_of_writes) -= 1;
        answer_error(connection, 500, "InternalError");
    } else if (fake->refusal != NULL) {
        answer_error(connection, 403, fake->refusal);
    } else if (!is_bucket_known) {
        answer_error(connection, 404, "NoSuchBucket");
    } else if (text_equal(request->method, "PUT")) {
        put(connection, request);
    } else if (text_equal(request->method, "POST")) {
        post(connection, request);
    } else {
        get(connection, request);
    }
}

// --- requests ---

static size_t body_bytes_of(const char *head) {
    const char *length = strcasestr(head, "\r\nContent-Length:");

    return length == NULL ? 0 : strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

static char *header_of(const char *head, const char *name) {
    AUTO(memory_free) char *start = memory_format("\r\n%s: ", name);
    const char *found = strcasestr(head, start);

    if (found == NULL) return memory_copy_text("");
    found += strlen(start);
    return memory_format("%.*s", (int)strcspn(found, "\r"), found);
}

// `path` and `query` are as on the request line.
static bool is_signed(const struct fake_s3 *fake, const char *head, const char *method,
                      const char *path, const char *query) {
    AUTO(memory_free) char *host = header_of(head, "Host");
    AUTO(memory_free) char *date = header_of(head, "x-amz-date");
    AUTO(memory_free) char *content = header_of(head, "x-amz-content-sha256");
    AUTO(memory_free) char *authorization = header_of(head, "Authorization");
    const struct sigv4_header headers[] = {
        {"host", host}, {"x-amz-content-sha256", content}, {"x-amz-date", date}};
    struct sigv4_request request = {.method = method,
                                    .path = path,
                                    .query = query,
                                    .headers = headers,
                                    .header_count = COUNT_OF(headers),
                                    .payload_sha256 = content,
                                    .is_s3 = true};
    struct sigv4_scope scope = {.region = "us-east-1", .service = "s3"};
    char signature[SIGV4_SIGNATURE_SIZE];

    (void)text_format(scope.date, sizeof scope.date, "%.8s", date);
    sigv4_sign(&request, &scope, date, fake->secret_key, signature);
    return text_ends_with(authorization, signature);
}

// True: the request was complete and is answered.
static bool read_request(struct fake_s3_connection *connection) {
    const char *text = buffer_text(&connection->in);
    const char *end = strstr(text, "\r\n\r\n");
    struct request request = {.query = ""};

    if (end == NULL) return false;
    AUTO(memory_free) char *head = memory_format("%.*s", (int)(end - text), text);
    request.body = end + 4;
    request.body_bytes = body_bytes_of(head);
    if (connection->in.size_bytes < (size_t)(request.body - text) + request.body_bytes)
        return false;
    AUTO(memory_free) char *whole_head = memory_format("%s\r\n", head);
    head[strcspn(head, "\r")] = '\0';
    char *path = strchr(head, ' ');
    if (path == NULL) abort();
    *path++ = '\0';
    path[strcspn(path, " ")] = '\0';
    char *query = strchr(path, '?');
    if (query != NULL) *query++ = '\0';
    if (query != NULL) request.query = query;
    (void)text_copy(request.method, sizeof request.method, head);
    if (!is_signed(connection->fake, whole_head, head, path, request.query)) {
        answer_error(connection, 403, "SignatureDoesNotMatch");
        return true;
    }
    size_t bucket = strcspn(path + 1, "/");
    request.is_of_bucket = path[1 + bucket] == '\0';
    if (!request.is_of_bucket)
        unescape(request.key, sizeof request.key, path + 2 + bucket, strlen(path + 2 + bucket));
    bool is_known = strlen(connection->fake->bucket) == bucket &&
                    strncmp(path + 1, connection->fake->bucket, bucket) == 0;
    serve(connection, &request, is_known);
    return true;
}

static void free_connection(struct fake_s3_connection *connection) {
    struct fake_s3_connection **place = &connection->fake->connections;

    while (*place != connection)
        place = &(*place)->next;
    *place = connection->next;
    (void)sd_event_source_disable_unref(connection->source);
    buffer_release(&connection->in);
    buffer_release(&connection->out);
    memory_free(connection);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct fake_s3_connection *connection = userdata;
    char bytes[65536];

    (void)events;
    if (connection->out.size_bytes == 0) {
        ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got <= 0 || !buffer_append(&connection->in, bytes, (size_t)got, NULL))
            free_connection(connection);
        else if (read_request(connection))
            (void)sd_event_source_set_io_events(source, EPOLLOUT);
        return 0;
    }
    ssize_t sent =
        send(fd, buffer_text(&connection->out) + connection->sent_bytes,
             connection->out.size_bytes - connection->sent_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) connection->sent_bytes += (size_t)sent;
    if (sent <= 0 || connection->sent_bytes == connection->out.size_bytes)
        free_connection(connection);
    return 0;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct fake_s3 *fake = userdata;
    struct fake_s3_connection *connection = memory_alloc(sizeof *connection);
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)source;
    (void)events;
    connection->fake = fake;
    connection->next = fake->connections;
    fake->connections = connection;
    connection->in = connection->out = BUFFER_INIT(REQUEST_MAX_BYTES);
    if (client < 0 ||
        sd_event_add_io(fake->loop, &connection->source, client, EPOLLIN, on_ready, connection) < 0)
        abort();
    (void)sd_event_source_set_io_fd_own(connection->source, 1);
    return 0;
}

void fake_s3_open(struct fake_s3 *fake, sd_event *loop, uint16_t port) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    fake->loop = loop;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (const struct sockaddr *)&at, size) < 0 || listen(fd, 64) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0 ||
        sd_event_add_io(loop, &fake->listener, fd, EPOLLIN, on_connection, fake) < 0)
        abort();
    (void)sd_event_source_set_io_fd_own(fake->listener, 1);
    fake->port = ntohs(at.sin_port);
    (void)text_format(fake->url, sizeof fake->url, "http://127.0.0.1:%u", fake->port);
}

void fake_s3_close(struct fake_s3 *fake) {
    while (fake->connections != NULL)
        free_connection(fake->connections);
    fake->listener = sd_event_source_disable_unref(fake->listener);
}

void fake_s3_release(struct fake_s3 *fake) {
    fake_s3_close(fake);
    for (size_t index = 0; index < fake->object_count; index++)
        memory_free(fake->objects[index].content.bytes);
    for (size_t index = 0; index < fake->upload_count; index++)
        for (size_t part = 0; part < FAKE_S3_PARTS_MAX; part++)
            memory_free(fake->uploads[index].parts[part].bytes);
    memset(fake->uploads, 0, sizeof fake->uploads);
    fake->object_count = fake->upload_count = 0;
}
