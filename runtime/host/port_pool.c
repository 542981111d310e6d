#include "runtime/host/port_pool.h"

#include "base/file.h"
#include "base/random_id.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

// 127.90.0.1. At 127.0.0.1 the JVM could not bind the port of a guard, and a guard could not be
// bound for a minute to a port with connections in TIME_WAIT.
static const uint32_t GUARD_ADDRESS = 0x7f5a0001;

static uint32_t first_unit(const struct port_pool *pool) {
    return (pool->first + PORT_UNIT - 1U) / PORT_UNIT;
}

// Units that lie completely in the range.
static uint32_t unit_count(const struct port_pool *pool) {
    uint32_t end = (pool->last + 1U) / PORT_UNIT;

    return end > first_unit(pool) ? end - first_unit(pool) : 0;
}

static uint16_t first_port(const struct port_pool *pool, uint32_t unit) {
    return (uint16_t)((first_unit(pool) + unit) * PORT_UNIT);
}

static uint32_t units_for(uint32_t ports) {
    return (ports + PORT_UNIT - 1) / PORT_UNIT;
}

void port_pool_init(struct port_pool *pool, uint16_t first, uint16_t last) {
    *pool = (struct port_pool){.first = first, .last = last};
    for (size_t unit = 0; unit < COUNT_OF(pool->guards); unit++)
        pool->guards[unit] = -1;
}

// --- sockets ---

// -1: it cannot be bound, with errno.
static int bind_at(uint32_t host, uint16_t port, bool reuses) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int value = reuses;

    address.sin_addr.s_addr = htonl(host);
    bool is_bound = fd >= 0 &&
                    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value) == 0 &&
                    bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    return is_bound ? file_take(&fd) : -1;
}

bool port_is_free(uint16_t port) {
    // As the JVM binds: with SO_REUSEADDR, because connections of the last owner may be in
    // TIME_WAIT.
    AUTO(file_close) int fd = bind_at(INADDR_LOOPBACK, port, true);

    return fd >= 0 && listen(fd, 1) == 0;
}

// --- units ---

static void release_units(struct port_pool *pool, uint32_t unit, uint32_t count) {
    for (uint32_t index = unit; index < unit + count; index++) {
        file_close(pool->guards[index]);
        pool->guards[index] = -1;
    }
}

// Holds one unit, whose first `ports` ports must be free. ERROR_CONFLICT: the unit is held, or one
// of those ports is not free.
static bool hold(struct port_pool *pool, uint32_t unit, uint32_t ports, struct error *err) {
    uint16_t first = first_port(pool, unit);

    if (pool->guards[unit] >= 0) return error_set(err, ERROR_CONFLICT, "port %u is held", first);
    int fd = bind_at(GUARD_ADDRESS, first, false);
    if (fd < 0 && errno == EADDRINUSE)
        return error_set(err, ERROR_CONFLICT, "port %u is held by another daemon", first);
    if (fd < 0) return error_system(err, errno, "hold port %u at 127.90.0.1", first);
    pool->guards[unit] = fd;
    for (uint32_t port = 0; port < ports && port < PORT_UNIT; port++) {
        if (port_is_free((uint16_t)(first + port))) continue;
        release_units(pool, unit, 1);
        return error_set(err, ERROR_CONFLICT, "port %u is in use", first + port);
    }
    return true;
}

// Holds the units from `unit` on that `ports` need, or none. *out_tried: how many were tried; the
// last one of them could not be held.
static bool hold_row(struct port_pool *pool, uint32_t unit, uint32_t ports, uint32_t *out_tried,
                     struct error *err) {
    uint32_t count = units_for(ports);

    for (uint32_t index = 0; index < count; index++) {
        *out_tried = index + 1;
        if (hold(pool, unit + index, ports - index * PORT_UNIT, err)) continue;
        release_units(pool, unit, index);
        return false;
    }
    return true;
}

bool port_pool_take(struct port_pool *pool, uint16_t count, struct port_block *out_block,
                    struct error *err) {
    uint32_t start = random_id_number();
    struct error reason;

    if (count == 0 || units_for(count) > unit_count(pool))
        return error_set(err, ERROR_LIMIT, "a cluster needs %u ports, and the range has %u", count,
                         unit_count(pool) * PORT_UNIT);
    uint32_t places = unit_count(pool) - units_for(count) + 1;
    // From a random place: then daemons seldom try the same units.
    for (uint32_t tried = 0; tried < places;) {
        uint32_t unit = (start + tried) % places;
        uint32_t units_tried = 0;
        if (hold_row(pool, unit, count, &units_tried, &reason)) {
            *out_block = (struct port_block){first_port(pool, unit), count};
            return true;
        }
        if (reason.kind != ERROR_CONFLICT) return error_set(err, reason.kind, "%s", reason.message);
        tried += units_tried;
    }
    return error_set(err, ERROR_LIMIT, "no %u ports in a row are free between %u and %u", count,
                     pool->first, pool->last);
}

void port_pool_give(struct port_pool *pool, const struct port_block *block) {
    if (block->count > 0)
        release_units(pool, block->first / PORT_UNIT - first_unit(pool), units_for(block->count));
}

void port_pool_release(struct port_pool *pool) {
    for (uint32_t unit = 0; unit < COUNT_OF(pool->guards); unit++)
        release_units(pool, unit, 1);
}
