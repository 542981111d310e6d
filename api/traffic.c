#include "api/traffic.h"

static const int64_t SECOND_US = 1000000;
static const int64_t UPLOAD_GRACE_S = 30;
static const size_t UPLOAD_BYTES_PER_S = (size_t)64 << 10;

bool traffic_has_room(const struct traffic *traffic, size_t size_bytes) {
    return size_bytes <= TRAFFIC_BODY_SMALL_BYTES ||
           traffic->body_bytes + size_bytes <= TRAFFIC_BODIES_MAX_BYTES;
}

bool traffic_count_body(struct traffic *traffic, size_t *counted_bytes, size_t size_bytes) {
    if (size_bytes <= TRAFFIC_BODY_SMALL_BYTES) return true;
    size_t others_bytes = traffic->body_bytes - *counted_bytes;
    if (others_bytes + size_bytes > TRAFFIC_BODIES_MAX_BYTES) return false;
    traffic->body_bytes = others_bytes + size_bytes;
    *counted_bytes = size_bytes;
    return true;
}

void traffic_release_body(struct traffic *traffic, size_t *counted_bytes) {
    traffic->body_bytes -= *counted_bytes;
    *counted_bytes = 0;
}

unsigned *traffic_reserve_place(unsigned *count, unsigned limit) {
    if (*count >= limit) return NULL;
    (*count)++;
    return count;
}

bool traffic_is_slow(int64_t elapsed_us, size_t received_bytes) {
    int64_t allowed_s = UPLOAD_GRACE_S + (int64_t)(received_bytes / UPLOAD_BYTES_PER_S);

    return elapsed_us > allowed_s * SECOND_US;
}
