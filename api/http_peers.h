// The connections of the server, and which of them ends when few are free.
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

struct http_peer {
    struct http_peer *previous;
    struct http_peer *next;
    struct MHD_Connection *connection;
    // The request line as it came: libmicrohttpd unescapes it in place before it shows it. Owned.
    char *uri;
    bool has_request; // all of its head has come, and the answer is not sent
    bool is_ending;
    bool is_for_jobs; // it came where only S3 is served
};

// Those without a request are in the order in which they became so. All zero is an empty list.
struct http_peers {
    struct http_peer *first;
    struct http_peer *last;
    int count;
};

// The peers of the list belong to it; http_peer_remove() frees one.
struct http_peer *http_peer_add(struct http_peers *peers, struct MHD_Connection *connection);
void http_peer_remove(struct http_peers *peers, struct http_peer *peer);
// The request of the peer is over.
void http_peer_idle(struct http_peers *peers, struct http_peer *peer);

// Keeps TRAFFIC_CONNECTIONS_FREE connections free, so that a client with a request can always
// connect: ends the one that has had no request for longest. False: there is none to end.
bool http_peers_make_room(struct http_peers *peers);

// Ends a connection; libmicrohttpd sees it when it next reads from it.
void http_peer_shut_down(struct MHD_Connection *connection);
// Has the client closed the connection? libmicrohttpd 0.9.75 does not see an end that comes with
// the last bytes, and would wait for the rest of the body until the idle time-out.
bool http_peer_has_gone(struct MHD_Connection *connection);
