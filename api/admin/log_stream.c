#include "api/admin/log_stream.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/line_cutter.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "controller/commands/app_service_own.h"

#include <string.h>

static const int64_t CHECK_EVERY_US = 200000;
static const int64_t CONTINUE_AFTER_US = 2000; // after a check that has not read everything
// A comment that cannot be sent shows that the client has gone, as in event_stream.c; sooner than
// there, since fewer requests may follow.
static const int64_t COMMENT_AFTER_US = 5000000;
// How much one check reads, so that others get their turn.
enum { CHECK_MAX_BYTES = 16384, LINE_MAX_BYTES = 16384 };
// The pause after a check is so many times its duration, since clusters may have many files. Where
// nothing is new, all streams together (TRAFFIC_FOLLOWERS_MAX) use half of the time at most.
enum { PAUSE_FACTOR = 64, PAUSE_FACTOR_MORE = 4 };
// What a check reads as events. Empty lines need most: some hundred bytes each.
static const size_t TEXT_MAX_BYTES = (size_t)8 << 20;

struct followed {
    struct followed *next;
    char cluster_id[APP_CLUSTER_ID_SIZE];
    char file[INSIGHT_LOG_FILE_SIZE];
    char source[INSIGHT_LOG_FILE_SIZE];
    bool is_output;
    bool is_found; // by this check
    int64_t position;
    struct line_cutter cutter;
};

struct log_stream {
    struct log_stream_options options;
    sd_event_source *timer;
    int64_t first_number; // of the newest cluster at the beginning; -1: not known yet
    struct followed *files;
    const struct followed *current; // whose lines are being appended
    struct buffer text;             // events
    size_t sent_bytes;
    int64_t sent_us; // when something was sent last
    int64_t check_took_us;
    bool has_more; // the last check has not read everything
    bool is_asleep;
    bool is_over; // the application is gone
};

// --- lines ---

static void append_line(void *userdata, const char *text, size_t length) {
    struct log_stream *stream = userdata;
    const struct followed *file = stream->current;
    AUTO(json_decref) json_t *event = json_new_object();
    AUTO(memory_free) char *bytes = memory_alloc(length + 1);

    // A 0 byte does not end a line, and is not text either.
    memcpy(bytes, text, length);
    for (size_t at = 0; at < length; at++)
        if (bytes[at] == '\0') bytes[at] = '\xff';
    AUTO(memory_free) char *line = utf8_copy_new(bytes, length);
    json_put_text(event, "cluster", file->cluster_id);
    json_put_text(event, "source", file->source);
    json_put_bool(event, "isOutput", file->is_output);
    json_put_text(event, "line", line);
    AUTO(memory_free) char *data = json_print(event);
    (void)buffer_append_format(&stream->text, "data: %s\n\n", data);
}

static struct followed *find_or_add(struct log_stream *stream, const json_t *entry) {
    const char *cluster_id = json_text_or(entry, "cluster", "");
    const char *name = json_text_or(entry, "file", "");
    struct followed **end = &stream->files;

    for (; *end != NULL; end = &(*end)->next)
        if (text_equal((*end)->cluster_id, cluster_id) && text_equal((*end)->file, name))
            return *end;
    struct followed *file = memory_alloc(sizeof *file);
    (void)text_copy(file->cluster_id, sizeof file->cluster_id, cluster_id);
    (void)text_copy(file->file, sizeof file->file, name);
    (void)text_copy(file->source, sizeof file->source, json_text_or(entry, "source", ""));
    file->is_output = json_is_true(json_member(entry, "isOutput"));
    line_cutter_init(&file->cutter, LINE_MAX_BYTES);
    *end = file;
    return file;
}

static void free_file(struct followed *file) {
    line_cutter_release(&file->cutter);
    memory_free(file);
}

// A job may create and remove log files without end.
static void forget_missing(struct log_stream *stream) {
    for (struct followed **link = &stream->files; *link != NULL;) {
        struct followed *file = *link;
        if (file->is_found) {
            file->is_found = false;
            link = &file->next;
            continue;
        }
        *link = file->next;
        free_file(file);
    }
}

static void append_page(struct log_stream *stream, struct followed *file,
                        const struct insight_log_page *page, size_t size_bytes) {
    if (page->place != GROWING_FILE_NEXT)
        line_cutter_restart(&file->cutter, page->place == GROWING_FILE_GAP);
    stream->current = file;
    line_cutter_add(&file->cutter, page->bytes, size_bytes, append_line, stream);
    file->position = page->from + (int64_t)size_bytes;
}

// *left_bytes: how much this check may still read.
static void read_file(struct log_stream *stream, struct followed *file, int64_t end_bytes,
                      int64_t *left_bytes) {
    const struct log_stream_options *options = &stream->options;

    if (file->position == end_bytes || *left_bytes == 0) return;
    AUTO(memory_free) struct insight_log_page *page = memory_alloc(sizeof *page);
    while (file->position != end_bytes && *left_bytes > 0) {
        struct log_query query = {file->cluster_id, file->file, file->position};
        if (!app_service_log_page(options->service, &options->scope, options->name, &query, page,
                                  NULL))
            return;
        size_t used = page->size_bytes;
        if ((int64_t)used > *left_bytes) used = (size_t)*left_bytes;
        append_page(stream, file, page, used);
        *left_bytes -= (int64_t)used;
        if (used == 0) return;
    }
}

static int64_t newest_of(const json_t *files) {
    int64_t newest = 0;
    size_t index;
    json_t *entry;

    json_array_foreach(files, index, entry) {
        int64_t number = json_int_or(entry, "number", 0);
        if (number > newest) newest = number;
    }
    return newest;
}

// Appends what is new. False: the application is gone.
static bool check(struct log_stream *stream, struct error *err) {
    const struct log_stream_options *options = &stream->options;
    AUTO(json_decref) json_t *logs = NULL;
    int64_t left_bytes = CHECK_MAX_BYTES;
    size_t index;
    json_t *entry;

    if (!app_service_logs(options->service, &options->scope, options->name, &logs, err))
        return false;
    const json_t *files = json_member(logs, "files");
    if (stream->first_number < 0) stream->first_number = newest_of(files);
    json_array_foreach(files, index, entry) {
        if (json_int_or(entry, "number", 0) < stream->first_number) continue;
        struct followed *file = find_or_add(stream, entry);
        file->is_found = true;
        read_file(stream, file, json_int_or(entry, "sizeBytes", 0), &left_bytes);
    }
    forget_missing(stream);
    stream->has_more = left_bytes == 0;
    return true;
}

// --- the connection ---

static void check_later(struct log_stream *stream) {
    int64_t took_us = stream->check_took_us;
    int64_t pause_us = stream->has_more
                           ? clock_pause_us(took_us, PAUSE_FACTOR_MORE, CONTINUE_AFTER_US)
                           : clock_pause_us(took_us, PAUSE_FACTOR, CHECK_EVERY_US);

    (void)sd_event_source_set_time_relative(stream->timer, (uint64_t)pause_us);
    (void)sd_event_source_set_enabled(stream->timer, SD_EVENT_ONESHOT);
}

static int on_check(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct log_stream *stream = userdata;

    (void)source;
    (void)now_us;
    int64_t begun_us = clock_monotonic_us();
    stream->is_over = !check(stream, NULL);
    stream->check_took_us = clock_monotonic_us() - begun_us;
    bool is_due = clock_monotonic_us() - stream->sent_us > COMMENT_AFTER_US;
    if (stream->text.size_bytes == 0 && is_due) (void)buffer_append_text(&stream->text, ":\n\n");
    if (stream->is_over || stream->text.size_bytes > 0) {
        stream->is_asleep = false;
        pieces_wake(&stream->options.connection);
        return 0;
    }
    check_later(stream);
    return 0;
}

// The next check follows when all was sent: a slow reader needs the memory of one check.
static ssize_t read_some(void *userdata, uint64_t position, char *out, size_t size_bytes) {
    struct log_stream *stream = userdata;

    (void)position;
    ssize_t count = pieces_copy(buffer_text(&stream->text), stream->text.size_bytes,
                                &stream->sent_bytes, out, size_bytes);
    if (count > 0) {
        stream->sent_us = clock_monotonic_us();
        return count;
    }
    if (stream->is_over) return MHD_CONTENT_READER_END_OF_STREAM;
    buffer_release(&stream->text);
    stream->sent_bytes = 0;
    if (!stream->is_asleep) {
        stream->is_asleep = true;
        check_later(stream);
    }
    pieces_sleep(&stream->options.connection);
    return 0;
}

bool log_stream_new(const struct log_stream_options *options, struct log_stream **out_stream,
                    struct error *err) {
    struct log_stream *stream = memory_alloc(sizeof *stream);

    stream->options = *options;
    stream->first_number = -1;
    stream->text = BUFFER_INIT(TEXT_MAX_BYTES);
    stream->sent_us = clock_monotonic_us();
    bool is_known = check(stream, err);
    int code = sd_event_add_time_relative(options->loop, &stream->timer, CLOCK_MONOTONIC,
                                          (uint64_t)CHECK_EVERY_US, 10000, on_check, stream);
    (void)sd_event_source_set_enabled(stream->timer, SD_EVENT_OFF);
    if (!is_known || code < 0) {
        log_stream_free(stream);
        return is_known ? error_system(err, -code, "timer of a stream") : false;
    }
    // A comment at once, so that the client knows that the application exists.
    (void)buffer_append_text(&stream->text, ":\n\n");
    *out_stream = stream;
    return true;
}

struct MHD_Response *log_stream_response(struct log_stream *stream) {
    struct MHD_Response *response = pieces_response(read_some, stream);

    (void)MHD_add_response_header(response, "Cache-Control", "no-cache");
    return response;
}

void log_stream_free(struct log_stream *stream) {
    if (stream == NULL) return;
    while (stream->files != NULL) {
        struct followed *file = stream->files;
        stream->files = file->next;
        free_file(file);
    }
    (void)sd_event_source_disable_unref(stream->timer);
    buffer_release(&stream->text);
    memory_free(stream);
}
