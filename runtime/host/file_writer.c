#include "runtime/host/file_writer.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

// A child costs 6 ms, so small files have none.
enum { DIRECT_MAX_BYTES = 200000 };
// Of coreutils, which every Debian installs.
static const char DD[] = "/bin/dd";

struct file_writer {
    struct file_writer_call call;
    int64_t size_bytes; // that were added
    struct process *child;
    int pipe;              // to the child; -1 = none
    sd_event_source *room; // watches the pipe while it is full
    struct buffer kept;    // did not fit into the pipe
    size_t sent_bytes;     // of `kept`
    sd_event_source *turn; // of the end of a file without a child
    bool is_finishing;     // no more bytes will come
    bool is_broken;        // the child has ended too early, or is about to
};

static void end_child(struct file_writer *writer) {
    writer->room = sd_event_source_disable_unref(writer->room);
    file_close(file_take(&writer->pipe));
    process_free(TAKE(writer->child));
    buffer_release(&writer->kept);
    writer->kept = BUFFER_INIT(SIZE_MAX);
    writer->sent_bytes = 0;
    writer->is_broken = false;
}

struct file_writer *file_writer_new(const struct file_writer_call *call) {
    struct file_writer *writer = memory_alloc(sizeof *writer);

    writer->call = *call;
    writer->pipe = -1;
    writer->kept = BUFFER_INIT(SIZE_MAX);
    return writer;
}

void file_writer_free(struct file_writer *writer) {
    if (writer == NULL) return;
    end_child(writer);
    (void)sd_event_source_disable_unref(writer->turn);
    memory_free(writer);
}

bool file_writer_restart(struct file_writer *writer, struct error *err) {
    end_child(writer);
    writer->size_bytes = 0;
    if (ftruncate(writer->call.fd, 0) == 0 && lseek(writer->call.fd, 0, SEEK_SET) == 0) return true;
    return error_system(err, errno, "empty the file");
}

static bool has_kept(const struct file_writer *writer) {
    return writer->kept.size_bytes > writer->sent_bytes;
}

bool file_writer_is_full(const struct file_writer *writer) {
    return has_kept(writer) && !writer->is_broken;
}

// --- the child ---

static bool fail(struct error *err) {
    return error_set(err, ERROR_SYSTEM, "the file could not be written: is the disk full?");
}

static void end(struct file_writer *writer, const struct error *err) {
    writer->call.done(writer->call.userdata, err);
}

static void on_child_end(void *userdata, struct process_end how) {
    struct file_writer *writer = userdata;
    struct error err;

    // The next bytes report it.
    if (!writer->is_finishing) writer->is_broken = true;
    if (!writer->is_finishing) return;
    bool is_written = !how.was_signalled && how.number == 0 && !has_kept(writer);
    if (!is_written) (void)fail(&err);
    end(writer, is_written ? NULL : &err);
}

static bool start_child(struct file_writer *writer, int reading, struct error *err) {
    char from[48];
    char to[48];
    const char *const arguments[] = {
        DD, from, to, "bs=64K", "conv=notrunc", "oflag=append", "status=none", NULL};
    const char *const environment[] = {NULL};
    const int fds[] = {reading, writer->call.fd, -1};
    struct process_spec spec = {.arguments = arguments,
                                .environment = environment,
                                .kept_fds = fds,
                                .done = on_child_end,
                                .userdata = writer};

    (void)text_format(from, sizeof from, "if=/proc/self/fd/%d", reading);
    (void)text_format(to, sizeof to, "of=/proc/self/fd/%d", writer->call.fd);
    return process_start(writer->call.loop, &spec, &writer->child, err);
}

static bool open_pipe(struct file_writer *writer, struct error *err) {
    int ends[2];

    // Its 64 kB bound what a turn of the loop takes of a stream: with 256 kB the API waits longer,
    // and the stream takes more time.
    if (pipe2(ends, O_CLOEXEC) < 0) return error_system(err, errno, "make a pipe");
    AUTO(file_close) int reading = ends[0];
    writer->pipe = ends[1];
    if (fcntl(writer->pipe, F_SETFL, O_NONBLOCK) < 0)
        return error_system(err, errno, "change a pipe");
    return start_child(writer, reading, err);
}

// --- bytes ---

static int on_room(sd_event_source *source, int fd, uint32_t events, void *userdata);

static bool watch_room(struct file_writer *writer, struct error *err) {
    int code = 0;

    if (writer->room == NULL)
        code = sd_event_add_io(writer->call.loop, &writer->room, writer->pipe, EPOLLOUT, on_room,
                               writer);
    if (code >= 0) code = sd_event_source_set_enabled(writer->room, SD_EVENT_ON);
    if (code < 0) return error_system(err, -code, "watch a pipe");
    // As the sockets of such streams: the API comes first.
    (void)sd_event_source_set_priority(writer->room, SD_EVENT_PRIORITY_IDLE);
    return true;
}

// The bytes that the pipe took; -1: it is broken.
static ssize_t send_some(const struct file_writer *writer, const char *bytes, size_t size_bytes) {
    size_t sent = 0;

    while (sent < size_bytes) {
        ssize_t count = write(writer->pipe, bytes + sent, size_bytes - sent);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno != EAGAIN) return -1;
        if (count < 0) break;
        sent += (size_t)count;
    }
    return (ssize_t)sent;
}

static bool send(struct file_writer *writer, const char *bytes, size_t size_bytes,
                 struct error *err) {
    ssize_t sent = 0;

    if (writer->is_broken) return fail(err);
    if (!has_kept(writer)) sent = send_some(writer, bytes, size_bytes);
    if (sent < 0) return fail(err);
    if ((size_t)sent == size_bytes) return true;
    return buffer_append(&writer->kept, bytes + sent, size_bytes - (size_t)sent, err) &&
           watch_room(writer, err);
}

static void close_pipe_at_the_end(struct file_writer *writer) {
    if (!writer->is_finishing || has_kept(writer)) return;
    writer->room = sd_event_source_disable_unref(writer->room);
    file_close(file_take(&writer->pipe));
}

// Where the pipe is broken while all bytes have come, on_child_end() reports it.
static int on_room(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct file_writer *writer = userdata;
    struct buffer *kept = &writer->kept;
    ssize_t sent = send_some(writer, buffer_text(kept) + writer->sent_bytes,
                             kept->size_bytes - writer->sent_bytes);

    (void)fd;
    (void)events;
    if (sent > 0) writer->sent_bytes += (size_t)sent;
    if (sent >= 0 && has_kept(writer)) return 0;
    (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
    writer->is_broken |= sent < 0;
    if (!writer->is_broken) {
        buffer_clear(kept);
        writer->sent_bytes = 0;
    }
    close_pipe_at_the_end(writer);
    if (!writer->is_finishing) writer->call.ready(writer->call.userdata);
    return 0;
}

bool file_writer_add(struct file_writer *writer, const void *bytes, size_t size_bytes,
                     struct error *err) {
    writer->size_bytes += (int64_t)size_bytes;
    if (writer->pipe < 0 && writer->size_bytes <= DIRECT_MAX_BYTES)
        return file_write_all(writer->call.fd, bytes, size_bytes) ||
               error_system(err, errno, "write the file");
    return (writer->pipe >= 0 || open_pipe(writer, err)) && send(writer, bytes, size_bytes, err);
}

// --- the end ---

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct file_writer *writer = userdata;
    bool is_written = !writer->is_broken;
    struct error err;

    (void)source;
    (void)now_us;
    writer->turn = sd_event_source_disable_unref(writer->turn);
    end_child(writer);
    if (!is_written) (void)fail(&err);
    end(writer, is_written ? NULL : &err);
    return 0;
}

void file_writer_finish(struct file_writer *writer) {
    writer->is_finishing = true;
    if (writer->pipe >= 0 && !writer->is_broken)
        close_pipe_at_the_end(writer);
    else if (sd_event_add_time(writer->call.loop, &writer->turn, CLOCK_MONOTONIC, 0, 1, on_turn,
                               writer) < 0)
        abort();
}
