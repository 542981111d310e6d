#include "api/admin/log_stream.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/line_cutter.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "controller/commands/app_service_own.h"

#include <stdlib.h>
#include <string.h>

static const int64_t LOOK_EVERY_US = 200000;
static const int64_t GO_ON_AFTER_US = 2000; // where a look has not taken all
// As in event_stream.c: what cannot be sent tells of a client that is gone. Sooner than there,
// since fewer may follow.
static const int64_t COMMENT_AFTER_US = 5000000;
// One look takes so much, so that others get their turn.
enum { BLOCK_BYTES = 16384, LINE_MAX_BYTES = 16384, LOOK_MAX_BYTES = 16384 };
// ... and rests for so many times as long as it took: clusters may have many files, and all streams
// together (TRAFFIC_FOLLOWERS_MAX) look for half of the time at most where nothing is new.
enum { REST_FACTOR = 64, REST_FACTOR_MORE = 4 };
// Empty lines make the most of it: some hundred bytes each.
static const size_t TEXT_MAX_BYTES = (size_t)8 << 20;

struct followed {
    struct followed *next;
    char cluster_id[APP_CLUSTER_ID_SIZE];
    char file[INSIGHT_LOG_FILE_SIZE];
    char source[INSIGHT_LOG_FILE_SIZE];
    bool is_output;
    bool is_there; // was seen by this look
    int64_t position;
    struct line_cutter cutter;
};

struct log_stream {
    struct log_stream_options options;
    sd_event_source *timer;
    int64_t first_number; // of the cluster that was the newest at the beginning
    struct followed *files;
    struct followed *telling; // whose lines are being told
    struct buffer text;
    size_t sent_bytes;
    int64_t said_us;
    int64_t look_took_us;
    bool has_more;
    bool is_asleep;
    bool is_over; // the application is gone
};

// --- lines ---

static void tell_line(void *userdata, const char *text, size_t length) {
    struct log_stream *stream = userdata;
    const struct followed *file = stream->telling;
    AUTO(json_decref) json_t *event = json_new_object();
    AUTO(memory_free) char *bytes = memory_alloc(length + 1);

    // A 0 byte ends no line, and is no text either.
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

// A job may make and remove files of such names without end.
static void forget_missing(struct log_stream *stream) {
    for (struct followed **link = &stream->files; *link != NULL;) {
        struct followed *file = *link;
        if (file->is_there) {
            file->is_there = false;
            link = &file->next;
            continue;
        }
        *link = file->next;
        free_file(file);
    }
}

static void take_page(struct log_stream *stream, struct followed *file,
                      const struct insight_log_page *page, size_t size_bytes) {
    if (page->place != GROWING_FILE_NEXT)
        line_cutter_restart(&file->cutter, page->place == GROWING_FILE_GAP);
    stream->telling = file;
    line_cutter_add(&file->cutter, page->bytes, size_bytes, tell_line, stream);
    file->position = page->from + (int64_t)size_bytes;
}

// *left_bytes: how much this look may still take.
static void read_file(struct log_stream *stream, struct followed *file, int64_t end_bytes,
                      int64_t *left_bytes) {
    const struct log_stream_options *options = &stream->options;
    struct error ignored;

    if (file->position == end_bytes || *left_bytes == 0) return;
    AUTO(memory_free) struct insight_log_page *page = memory_alloc(sizeof *page);
    while (file->position != end_bytes && *left_bytes > 0) {
        struct log_query query = {file->cluster_id, file->file, file->position};
        if (!app_service_log_page(options->service, &options->scope, options->name, &query, page,
                                  &ignored))
            return;
        size_t taken = page->size_bytes;
        if ((int64_t)taken > *left_bytes) taken = (size_t)*left_bytes;
        take_page(stream, file, page, taken);
        *left_bytes -= (int64_t)taken;
        if (taken == 0) return;
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

// Appends what is new since.
static bool look(struct log_stream *stream, struct error *err) {
    const struct log_stream_options *options = &stream->options;
    AUTO(json_decref) json_t *logs = NULL;
    int64_t left_bytes = LOOK_MAX_BYTES;
    size_t index;
    json_t *entry;

    if (!app_service_logs(options->service, &options->scope, options->name, &logs, err))
        return false;
    const json_t *files = json_member(logs, "files");
    if (stream->first_number < 0) stream->first_number = newest_of(files);
    json_array_foreach(files, index, entry) {
        if (json_int_or(entry, "number", 0) < stream->first_number) continue;
        struct followed *file = find_or_add(stream, entry);
        file->is_there = true;
        read_file(stream, file, json_int_or(entry, "sizeBytes", 0), &left_bytes);
    }
    forget_missing(stream);
    stream->has_more = left_bytes == 0;
    return true;
}

// --- the connection ---

static void look_later(struct log_stream *stream) {
    int64_t took_us = stream->look_took_us;
    int64_t rest_us = stream->has_more ? clock_pause_us(took_us, REST_FACTOR_MORE, GO_ON_AFTER_US)
                                       : clock_pause_us(took_us, REST_FACTOR, LOOK_EVERY_US);

    (void)sd_event_source_set_time_relative(stream->timer, (uint64_t)rest_us);
    (void)sd_event_source_set_enabled(stream->timer, SD_EVENT_ONESHOT);
}

static int on_look(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct log_stream *stream = userdata;
    struct error gone;

    (void)source;
    (void)now_us;
    int64_t begun_us = clock_monotonic_us();
    stream->is_over = !look(stream, &gone);
    stream->look_took_us = clock_monotonic_us() - begun_us;
    bool is_due = clock_monotonic_us() - stream->said_us > COMMENT_AFTER_US;
    if (stream->text.size_bytes == 0 && is_due) (void)buffer_append_text(&stream->text, ":\n\n");
    if (stream->is_over || stream->text.size_bytes > 0) {
        stream->is_asleep = false;
        stream->options.wake(stream->options.userdata);
        return 0;
    }
    look_later(stream);
    return 0;
}

// Nothing is looked at before all was sent: a slow reader costs one look's text.
static ssize_t read_some(void *userdata, uint64_t position, char *out, size_t size_bytes) {
    struct log_stream *stream = userdata;
    size_t left_bytes = stream->text.size_bytes - stream->sent_bytes;

    (void)position;
    if (left_bytes > 0) {
        size_t now_bytes = left_bytes < size_bytes ? left_bytes : size_bytes;
        memcpy(out, buffer_text(&stream->text) + stream->sent_bytes, now_bytes);
        stream->sent_bytes += now_bytes;
        stream->said_us = clock_monotonic_us();
        return (ssize_t)now_bytes;
    }
    if (stream->is_over) return MHD_CONTENT_READER_END_OF_STREAM;
    buffer_release(&stream->text);
    stream->sent_bytes = 0;
    if (!stream->is_asleep) {
        stream->is_asleep = true;
        look_later(stream);
    }
    stream->options.sleep(stream->options.userdata);
    return 0;
}

bool log_stream_new(const struct log_stream_options *options, struct log_stream **out_stream,
                    struct error *err) {
    struct log_stream *stream = memory_alloc(sizeof *stream);

    stream->options = *options;
    stream->first_number = -1;
    stream->text = BUFFER_INIT(TEXT_MAX_BYTES);
    stream->said_us = clock_monotonic_us();
    bool is_known = look(stream, err);
    int code = sd_event_add_time_relative(options->loop, &stream->timer, CLOCK_MONOTONIC,
                                          (uint64_t)LOOK_EVERY_US, 10000, on_look, stream);
    (void)sd_event_source_set_enabled(stream->timer, SD_EVENT_OFF);
    if (!is_known || code < 0) {
        log_stream_free(stream);
        return is_known ? error_system(err, -code, "timer of a stream") : false;
    }
    // A comment at once: whoever asks knows that there is an application.
    (void)buffer_append_text(&stream->text, ":\n\n");
    *out_stream = stream;
    return true;
}

struct MHD_Response *log_stream_response(struct log_stream *stream) {
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_some, stream, NULL);

    if (response == NULL) abort();
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
