#include "runtime/port_pool.h"

#include "base/digest.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

void port_pool_init(struct port_pool *pool, uint16_t first, uint16_t last) {
    *pool = (struct port_pool){.first = first, .last = last};
}

// As the JVM binds: with SO_REUSEADDR, since the last owner's connections may linger.
static bool is_free(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
           bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;
}

// How many ports in a row from `offset` on can be had, `wanted` at most.
static uint16_t run_at(const struct port_pool *pool, uint32_t offset, uint16_t wanted) {
    uint16_t found = 0;

    while (found < wanted && pool->taken[offset + found] == 0 &&
           is_free((uint16_t)(pool->first + offset + found)))
        found++;
    return found;
}

bool port_pool_take(struct port_pool *pool, uint16_t count, struct port_block *out_block,
                    struct error *err) {
    uint32_t size = (uint32_t)(pool->last - pool->first) + 1;
    uint32_t start = digest_random_number();

    if (count == 0 || count > size)
        return error_set(err, ERROR_LIMIT, "a cluster wants %u ports, and there are %u", count,
                         size);
    // From anywhere: daemons that do not know each other seldom meet.
    uint32_t places = size - count + 1;
    for (uint32_t tried = 0; tried < places;) {
        uint32_t offset = (start + tried) % places;
        uint16_t found = run_at(pool, offset, count);
        if (found == count) {
            memset(&pool->taken[offset], 1, count);
            *out_block = (struct port_block){(uint16_t)(pool->first + offset), count};
            return true;
        }
        tried += found + 1U;
    }
    return error_set(err, ERROR_LIMIT, "no %u ports in a row are free between %u and %u", count,
                     pool->first, pool->last);
}

void port_pool_give(struct port_pool *pool, const struct port_block *block) {
    if (block->count > 0) memset(&pool->taken[block->first - pool->first], 0, block->count);
}
