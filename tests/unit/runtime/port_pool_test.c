#include "runtime/port_pool.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct error err;

enum { BLOCK = 8, AROUND = 60, BLOCKS_MAX = 2 * AROUND / BLOCK };

// A listener on a port of the kernel's choice, and a pool around it.
static int listen_within(struct port_pool *pool, uint16_t *out_port) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0);
    cr_assert(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    *out_port = ntohs(address.sin_port);
    port_pool_init(pool, (uint16_t)(*out_port - AROUND), (uint16_t)(*out_port + AROUND - 1));
    return fd;
}

static size_t take_all(struct port_pool *pool, struct port_block *blocks) {
    size_t count = 0;

    while (count < BLOCKS_MAX && port_pool_take(pool, BLOCK, &blocks[count], &err))
        count++;
    return count;
}

static bool overlap(const struct port_block *left, const struct port_block *right) {
    return left->first < right->first + right->count && right->first < left->first + left->count;
}

Test(port_pool, blocks_are_different_until_there_are_no_more) {
    struct port_pool pool;
    struct port_block blocks[BLOCKS_MAX];
    struct port_block again;
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);
    size_t count = take_all(&pool, blocks);

    cr_assert(ge(sz, count, 1));
    cr_assert(lt(sz, count, BLOCKS_MAX));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    for (size_t left = 0; left < count; left++) {
        cr_assert(blocks[left].first >= pool.first && blocks[left].first + BLOCK - 1 <= pool.last);
        for (size_t right = 0; right < left; right++)
            cr_assert(not(overlap(&blocks[left], &blocks[right])));
    }
    port_pool_give(&pool, &blocks[0]);
    cr_assert(port_pool_take(&pool, BLOCK, &again, &err), "%s", err.message);
    cr_assert(overlap(&again, &blocks[0]));
}

Test(port_pool, a_port_that_somebody_listens_on_is_in_no_block) {
    struct port_pool pool;
    struct port_block blocks[BLOCKS_MAX];
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);
    struct port_block taken = {port, 1};
    size_t count = take_all(&pool, blocks);

    cr_assert(ge(sz, count, 1));
    for (size_t index = 0; index < count; index++)
        cr_assert(not(overlap(&blocks[index], &taken)));
}

Test(port_pool, what_is_more_than_the_whole_range_is_refused) {
    struct port_pool pool;
    struct port_block block;
    uint16_t port;
    AUTO(file_close) int fd = listen_within(&pool, &port);

    cr_assert(not(port_pool_take(&pool, 2 * AROUND + 1, &block, &err)));
    cr_assert(not(port_pool_take(&pool, 0, &block, &err)));
}
