#include "api/http_peers.h"

#include "api/traffic.h"
#include "base/memory.h"

#include <sys/socket.h>

static void unlink_peer(struct http_peers *peers, struct http_peer *peer) {
    *(peer->previous == NULL ? &peers->first : &peer->previous->next) = peer->next;
    *(peer->next == NULL ? &peers->last : &peer->next->previous) = peer->previous;
    peer->previous = NULL;
    peer->next = NULL;
    peers->count--;
}

static void append_peer(struct http_peers *peers, struct http_peer *peer) {
    peer->previous = peers->last;
    *(peers->last == NULL ? &peers->first : &peers->last->next) = peer;
    peers->last = peer;
    peers->count++;
}

struct http_peer *http_peer_add(struct http_peers *peers, struct MHD_Connection *connection) {
    struct http_peer *peer = memory_alloc(sizeof *peer);

    peer->connection = connection;
    append_peer(peers, peer);
    return peer;
}

void http_peer_remove(struct http_peers *peers, struct http_peer *peer) {
    unlink_peer(peers, peer);
    memory_free(peer->uri);
    memory_free(peer);
}

void http_peer_idle(struct http_peers *peers, struct http_peer *peer) {
    peer->has_request = false;
    unlink_peer(peers, peer);
    append_peer(peers, peer);
}

bool http_peers_make_room(struct http_peers *peers) {
    if (peers->count <= TRAFFIC_CONNECTIONS_MAX - TRAFFIC_CONNECTIONS_FREE) return true;
    for (struct http_peer *peer = peers->first; peer != NULL; peer = peer->next) {
        if (peer->has_request || peer->is_ending) continue;
        peer->is_ending = true;
        http_peer_shut_down(peer->connection);
        return true;
    }
    return false;
}

static int socket_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info == NULL ? -1 : info->connect_fd;
}

void http_peer_shut_down(struct MHD_Connection *connection) {
    (void)shutdown(socket_of(connection), SHUT_RDWR);
}

bool http_peer_has_gone(struct MHD_Connection *connection) {
    char byte;

    return recv(socket_of(connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}
