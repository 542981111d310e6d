#include "runtime/http/http_client.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// The largest pages of a dashboard are exception histories with the stack traces of all subtasks.
static const size_t REPLY_MAX_BYTES = (size_t)16 << 20;

struct http_request {
    struct http_client *client;
    struct http_request *next;
    CURL *easy;
    struct curl_slist *headers;
    struct buffer body;
    char reason[CURL_ERROR_SIZE]; // of a failure; "" = not known
    bool is_too_large;
    bool is_refused;  // by the sink
    bool is_unread;   // the file of `upload` is shorter, or cannot be read
    bool is_finished; // its callback runs: end_request() frees it afterwards
    CURLcode resumed; // not CURLE_OK: it failed when it was resumed
    struct http_upload upload;
    int64_t uploaded_bytes;
    http_sink_fn *sink;
    http_done_fn *done;
    void *userdata;
};

struct http_client {
    sd_event *loop;
    int64_t priority; // of the sockets
    CURLM *multi;
    sd_event_source *timer;
    sd_event_source *failed; // ends the requests that failed when they were resumed
    struct http_request *requests;
};

// --- requests ---

static void unlink_request(struct http_request *request) {
    struct http_request **place = &request->client->requests;

    while (*place != request)
        place = &(*place)->next;
    *place = request->next;
}

static void free_request(struct http_request *request) {
    unlink_request(request);
    (void)curl_multi_remove_handle(request->client->multi, request->easy);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    buffer_release(&request->body);
    memory_free(request);
}

void http_request_cancel(struct http_request *request) {
    if (request != NULL && !request->is_finished) free_request(request);
}

static const char *header_of(const struct http_request *request, const char *name) {
    struct curl_header *header = NULL;

    if (curl_easy_header(request->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return "";
    return header->value;
}

// Not where the other side only ended the connection, which may pass.
static bool is_handshake_refused(const struct http_request *request, CURLcode code) {
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) return true;
    // A signature of another key, or no TLS at all, is an error of OpenSSL.
    return code == CURLE_SSL_CONNECT_ERROR && strstr(request->reason, "error:") != NULL &&
           strstr(request->reason, "unexpected eof") == NULL &&
           strstr(request->reason, "alert internal error") == NULL;
}

// libcurl's reason where it has one: it names the certificate's fault.
static void set_failure(const struct http_request *request, CURLcode code, struct error *err) {
    (void)error_set(err,
                    is_handshake_refused(request, code) ? ERROR_CONFIGURATION : ERROR_UNAVAILABLE,
                    "%s", request->reason[0] == '\0' ? curl_easy_strerror(code) : request->reason);
}

static void finish(struct http_request *request, CURLcode code) {
    struct http_reply reply = {.body = buffer_text(&request->body),
                               .size_bytes = request->body.size_bytes};
    http_done_fn *done = request->done;
    void *userdata = request->userdata;
    const char *content_type = NULL;
    struct error err;

    if (request->is_unread) {
        (void)error_set(&err, ERROR_SYSTEM, "the file could not be read");
        done(userdata, NULL, &err);
    } else if (request->is_refused) {
        (void)error_set(&err, ERROR_SYSTEM, "the answer could not be stored");
        done(userdata, NULL, &err);
    } else if (request->is_too_large) {
        (void)error_set(&err, ERROR_LIMIT, "the answer has more than %zu bytes",
                        request->body.limit_bytes);
        done(userdata, NULL, &err);
    } else if (code != CURLE_OK) {
        set_failure(request, code, &err);
        done(userdata, NULL, &err);
    } else {
        (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &reply.status);
        (void)curl_easy_getinfo(request->easy, CURLINFO_CONTENT_TYPE, &content_type);
        reply.content_type = content_type == NULL ? "" : content_type;
        reply.etag = header_of(request, "ETag");
        reply.region = header_of(request, "x-amz-bucket-region");
        done(userdata, &reply, NULL);
    }
}

static void end_request(struct http_request *request, CURLcode code) {
    request->is_finished = true;
    finish(request, code);
    free_request(request);
}

// Calls the callbacks of finished requests, which may cancel any request, also their own.
static void collect(struct http_client *client) {
    int left = 0;

    for (CURLMsg *message = curl_multi_info_read(client->multi, &left); message != NULL;
         message = curl_multi_info_read(client->multi, &left)) {
        struct http_request *request = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode code = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        end_request(request, code);
    }
}

// A callback may cancel any request, so each is looked up again.
static int on_failed(sd_event_source *source, void *userdata) {
    struct http_client *client = userdata;

    (void)source;
    for (;;) {
        struct http_request *request = client->requests;
        while (request != NULL && (request->resumed == CURLE_OK || request->is_finished))
            request = request->next;
        if (request == NULL) return 0;
        end_request(request, request->resumed);
    }
}

// --- the loop ---

// A socket of libcurl that the loop watches, through a duplicate of its descriptor: libcurl closes
// a socket that was not yet connected before it reports that (7.88.0 to 8.2.0). If a child still
// had it, the loop would get events for an event source that is freed.
struct watched_socket {
    struct http_client *client;
    curl_socket_t fd; // libcurl's
    sd_event_source *source;
};

static void unwatch(struct watched_socket *socket) {
    if (socket == NULL) return;
    (void)sd_event_source_disable_unref(socket->source);
    memory_free(socket);
}
DEFINE_AUTO(unwatch, struct watched_socket *);

static int on_socket_ready(sd_event_source *source, int own_fd, uint32_t events, void *userdata) {
    struct http_client *client = ((struct watched_socket *)userdata)->client;
    curl_socket_t fd = ((struct watched_socket *)userdata)->fd;
    int action = 0;
    int running = 0;

    (void)source;
    (void)own_fd;
    if ((events & (EPOLLIN | EPOLLHUP)) != 0) action |= CURL_CSELECT_IN;
    if ((events & EPOLLOUT) != 0) action |= CURL_CSELECT_OUT;
    if ((events & EPOLLERR) != 0) action |= CURL_CSELECT_ERR;
    (void)curl_multi_socket_action(client->multi, fd, action, &running);
    collect(client);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct http_client *client = userdata;
    int running = 0;

    (void)source;
    (void)now_us;
    (void)curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(client);
    return 0;
}

static int on_timeout_wanted(CURLM *multi, long timeout_ms, void *userdata) {
    struct http_client *client = userdata;
    uint64_t now_us;

    (void)multi;
    (void)sd_event_now(client->loop, CLOCK_MONOTONIC, &now_us);
    // sd-event has absolute microseconds, libcurl relative milliseconds.
    if (timeout_ms >= 0)
        (void)sd_event_source_set_time(client->timer, now_us + (uint64_t)timeout_ms * 1000);
    (void)sd_event_source_set_enabled(client->timer,
                                      timeout_ms < 0 ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
    return 0;
}

static struct watched_socket *watch(struct http_client *client, curl_socket_t fd, uint32_t events) {
    AUTO(unwatch) struct watched_socket *socket = memory_alloc(sizeof *socket);
    AUTO(file_close) int own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    socket->client = client;
    socket->fd = fd;
    if (own_fd < 0 ||
        sd_event_add_io(client->loop, &socket->source, own_fd, events, on_socket_ready, socket) < 0)
        return NULL;
    (void)sd_event_source_set_priority(socket->source, client->priority);
    (void)sd_event_source_set_io_fd_own(socket->source, 1);
    (void)file_take(&own_fd);
    return TAKE(socket);
}

// After a result of -1, libcurl fails all transfers, also later ones. So where no descriptor is
// left, the result is 0: this transfer gets no events and ends by its timeout.
static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *userdata,
                            void *socket_data) {
    struct http_client *client = userdata;
    struct watched_socket *socket = socket_data;
    uint32_t events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        unwatch(socket);
        return 0;
    }
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
    if (socket == NULL) {
        socket = watch(client, fd, events);
        (void)curl_multi_assign(client->multi, fd, socket);
    } else
        (void)sd_event_source_set_io_events(socket->source, events);
    return 0;
}

// Close-on-exec, as all descriptors of kobel: libcurl would let children inherit it.
static curl_socket_t on_socket_opened(void *userdata, curlsocktype purpose,
                                      struct curl_sockaddr *address) {
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)userdata;
    (void)purpose;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

bool http_client_new(sd_event *loop, struct http_client **out_client, struct error *err) {
    AUTO(http_client_free) struct http_client *client = memory_alloc(sizeof *client);

    client->loop = sd_event_ref(loop);
    client->priority = SD_EVENT_PRIORITY_NORMAL;
    client->multi = curl_multi_init();
    if (client->multi == NULL) return error_set(err, ERROR_SYSTEM, "libcurl does not start");
    int code = sd_event_add_time(loop, &client->timer, CLOCK_MONOTONIC, 0, 1, on_timer, client);
    if (code < 0) return error_system(err, -code, "timer of the HTTP client");
    (void)sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
    code = sd_event_add_defer(loop, &client->failed, on_failed, client);
    if (code < 0) return error_system(err, -code, "events of the HTTP client");
    (void)sd_event_source_set_enabled(client->failed, SD_EVENT_OFF);
    (void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
    (void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    (void)curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
    (void)curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    *out_client = TAKE(client);
    return true;
}

void http_client_give_way(struct http_client *client) {
    client->priority = SD_EVENT_PRIORITY_IDLE;
    (void)sd_event_source_set_priority(client->timer, client->priority);
}

void http_client_free(struct http_client *client) {
    if (client == NULL) return;
    while (client->requests != NULL)
        free_request(client->requests);
    (void)curl_multi_cleanup(client->multi);
    (void)sd_event_source_disable_unref(client->timer);
    (void)sd_event_source_disable_unref(client->failed);
    (void)sd_event_unref(client->loop);
    memory_free(client);
}

// --- sending ---

static size_t on_body(char *bytes, size_t one, size_t count, void *userdata) {
    struct http_request *request = userdata;
    long status = 0;

    (void)one;
    if (request->sink != NULL)
        (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    if (request->sink != NULL && status == 200) {
        request->is_refused = !request->sink(request->userdata, bytes, count);
        return request->is_refused ? 0 : count;
    }
    if (buffer_append(&request->body, bytes, count, NULL)) return count;
    request->is_too_large = true;
    return 0;
}

static size_t on_upload(char *out, size_t one, size_t count, void *userdata) {
    struct http_request *request = userdata;
    int64_t left = request->upload.size_bytes - request->uploaded_bytes;
    size_t wanted = left < (int64_t)count ? (size_t)left : count;

    (void)one;
    if (wanted == 0) return 0;
    ssize_t got = pread(request->upload.fd, out, wanted,
                        (off_t)(request->upload.offset + request->uploaded_bytes));
    request->is_unread = got <= 0;
    if (request->is_unread) return CURL_READFUNC_ABORT;
    request->uploaded_bytes += got;
    return (size_t)got;
}

// libcurl begins again where a connection that it reused had been closed meanwhile.
static int on_upload_seek(void *userdata, curl_off_t offset, int origin) {
    struct http_request *request = userdata;

    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    request->uploaded_bytes = offset;
    return CURL_SEEKFUNC_OK;
}

static void set_upload(struct http_request *request, const struct http_upload *upload) {
    CURL *easy = request->easy;

    request->upload = *upload;
    (void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload->size_bytes);
    (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    (void)curl_easy_setopt(easy, CURLOPT_READDATA, request);
    (void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_upload_seek);
    (void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, request);
}

static void set_reach(struct http_request *request, const struct http_call *call) {
    CURL *easy = request->easy;

    if (!call->has_proxy) (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!call->is_remote) {
        (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
        (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
        return;
    }
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->reason);
    // Requests that share a connection of HTTP/2 would wait for one that is paused.
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(call->timeout_ms / 1000));
    if (call->authorities == NULL) return;
    (void)curl_easy_setopt(easy, CURLOPT_CAINFO, call->authorities);
    // Else the directory of the system's certificates would be trusted as well.
    (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

static void set_headers(struct http_request *request, const struct http_call *call) {
    struct curl_slist **list = &request->headers;

    for (const char *const *one = call->headers; one != NULL && *one != NULL; one++)
        *list = curl_slist_append(*list, *one);
    // Flink's server does not answer "Expect: 100-continue".
    if (call->body != NULL || call->upload != NULL) *list = curl_slist_append(*list, "Expect:");
    if (call->body != NULL) {
        AUTO(memory_free)
        char *type = memory_format("Content-Type: %s",
                                   call->body_type == NULL ? "application/json" : call->body_type);
        *list = curl_slist_append(*list, type);
    }
    if (*list != NULL) (void)curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, *list);
}

static void set_up(struct http_request *request, const struct http_call *call) {
    CURL *easy = request->easy;

    (void)curl_easy_setopt(easy, CURLOPT_URL, call->url);
    // The path was checked or signed and must not be changed: libcurl would remove "." and "..".
    (void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket_opened);
    set_reach(request, call);
    set_headers(request, call);
    if (call->body != NULL) (void)curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, call->body);
    if (call->upload != NULL) set_upload(request, call->upload);
    (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

struct http_request *http_client_send(struct http_client *client, const struct http_call *call) {
    struct http_request *request = memory_alloc(sizeof *request);

    request->client = client;
    request->body = BUFFER_INIT(call->limit_bytes == 0 ? REPLY_MAX_BYTES : call->limit_bytes);
    request->sink = call->sink;
    request->done = call->done;
    request->userdata = call->userdata;
    request->easy = curl_easy_init();
    if (request->easy == NULL) abort();
    set_up(request, call);
    request->next = client->requests;
    client->requests = request;
    // This only starts the timer; the rest happens in the loop.
    (void)curl_multi_add_handle(client->multi, request->easy);
    return request;
}

void http_request_pause(struct http_request *request) {
    (void)curl_easy_pause(request->easy, CURLPAUSE_RECV);
}

// libcurl 7.88 gives the sink what it has kept at once, and does not end a request whose sink
// refuses that.
void http_request_resume(struct http_request *request) {
    if (request->resumed != CURLE_OK) return;
    request->resumed = curl_easy_pause(request->easy, CURLPAUSE_CONT);
    if (request->resumed != CURLE_OK)
        (void)sd_event_source_set_enabled(request->client->failed, SD_EVENT_ONESHOT);
}
