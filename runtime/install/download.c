#include "runtime/install/download.h"

#include "base/file.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS_MAX = 5, CONNECT_LIMIT_S = 30, SILENCE_LIMIT_S = 60, MANY_REDIRECTIONS = 10 };

static const long STATUS_RANGE_REFUSED = 416;

struct attempt {
    const struct download *order;
    int fd;
    int64_t begin_bytes; // of the file, before it
    int disk_error;      // errno of a write
};

static void free_curl(CURL *curl) {
    curl_easy_cleanup(curl);
}
DEFINE_AUTO(free_curl, CURL *);

static size_t on_bytes(char *bytes, size_t size, size_t count, void *userdata) {
    struct attempt *attempt = userdata;

    if (!file_write_all(attempt->fd, bytes, size * count)) {
        attempt->disk_error = errno;
        return 0;
    }
    return size * count;
}

static int on_progress(void *userdata, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now) {
    const struct attempt *attempt = userdata;
    const struct download *order = attempt->order;
    double begin = (double)attempt->begin_bytes;

    (void)up_total;
    (void)up_now;
    if (total > 0)
        order->progress(order->userdata, (begin + (double)now) / (begin + (double)total));
    return 0;
}

static CURLcode request(struct attempt *attempt, char message[static CURL_ERROR_SIZE],
                        long *out_status) {
    AUTO(free_curl) CURL *curl = curl_easy_init();

    if (curl == NULL) return CURLE_FAILED_INIT;
    (void)curl_easy_setopt(curl, CURLOPT_URL, attempt->order->url);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MANY_REDIRECTIONS);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_LIMIT_S);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_LIMIT_S);
    (void)curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)attempt->begin_bytes);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, attempt);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, attempt);
    if (attempt->order->authorities != NULL)
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, attempt->order->authorities);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, out_status);
    return code;
}

static bool is_refused(CURLcode code) {
    return code == CURLE_HTTP_RETURNED_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_URL_MALFORMAT ||
           code == CURLE_TOO_MANY_REDIRECTS;
}

// False with err, or false without a reason to stop: *out_again.
static bool try_once(const struct download *order, int fd, bool *out_again, struct error *err) {
    struct attempt attempt = {.order = order, .fd = fd};
    char message[CURL_ERROR_SIZE] = "";
    long status = 0;

    attempt.begin_bytes = lseek(fd, 0, SEEK_END);
    if (attempt.begin_bytes < 0) return error_system(err, errno, "read '%s'", order->path);
    CURLcode code = request(&attempt, message, &status);
    if (code == CURLE_OK) return true;
    if (attempt.disk_error != 0)
        return error_system(err, attempt.disk_error, "write '%s'", order->path);
    bool cannot_continue = code == CURLE_RANGE_ERROR || status == STATUS_RANGE_REFUSED;
    if (cannot_continue && attempt.begin_bytes > 0 && ftruncate(fd, 0) < 0)
        return error_system(err, errno, "write '%s'", order->path);
    *out_again = cannot_continue ? attempt.begin_bytes > 0 : !is_refused(code);
    return error_set(err, *out_again ? ERROR_UNAVAILABLE : ERROR_NOT_FOUND, "%s",
                     message[0] == '\0' ? curl_easy_strerror(code) : message);
}

bool download_run(const struct download *order, struct error *err) {
    AUTO(file_close) int fd = open(order->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (fd < 0) return error_system(err, errno, "write '%s'", order->path);
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        bool again = false;
        if (try_once(order, fd, &again, err)) return true;
        if (!again) return false;
    }
    return false;
}
