// Who may send requests: host, origin and signature.
#include "api/admin/admin.h"
#include "api/auth.h"
#include "api/exchange_parts.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"

static const char *find_header(void *userdata, const char *name) {
    return exchange_header(userdata, name);
}

struct header_visit {
    auth_visit_fn *visit;
    void *context;
    bool wants_more;
};

static enum MHD_Result on_header(void *userdata, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    struct header_visit *visit = userdata;

    (void)kind;
    visit->wants_more = visit->visit(visit->context, name, value == NULL ? "" : value);
    return visit->wants_more ? MHD_YES : MHD_NO;
}

static bool visit_headers(void *userdata, auth_visit_fn *visit, void *context) {
    const struct exchange *exchange = userdata;
    struct header_visit state = {visit, context, true};

    (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, on_header, &state);
    return state.wants_more;
}

struct auth_request exchange_auth_request(struct exchange *exchange) {
    return (struct auth_request){
        .method = exchange->method,
        .path = exchange->path,
        .query = exchange->query,
        .header = find_header,
        .visit_headers = visit_headers,
        .userdata = exchange,
        .now_s = clock_now_ms(&exchange->shared->options.wall_clock) / 1000,
    };
}

// Before anything about the body is answered, except that it is too large.
bool exchange_check_signature(struct exchange *exchange) {
    const struct auth_keys *keys = &exchange->shared->options.auth_keys;
    char body_sha256[DIGEST_SHA256_HEX_SIZE];
    struct auth_request request = exchange_auth_request(exchange);
    const char *error_type;
    char text[AUTH_TEXT_SIZE];

    // Monitoring may ask for the health without a key.
    if (keys->count == 0 || admin_is_health(exchange->path)) return true;
    digest_finish_sha256(exchange->body_digest, body_sha256);
    request.body_sha256 = body_sha256;
    if (auth_check(keys, &request, &error_type, text)) return true;
    if (!admin_is_own_path(exchange->path)) {
        exchange_set_fault(exchange, 400, error_type, text);
        exchange_log_answer(exchange, error_type);
        return false;
    }
    exchange_set_admin_error(exchange, 403, error_type, text);
    return false;
}

bool exchange_check_sender(struct exchange *exchange) {
    const char *host = exchange_header(exchange, "Host");

    if (!http_guard_admits_host(&exchange->shared->guard, host)) {
        AUTO(memory_free)
        char *text = memory_format("'%.100s' is not known as a name of this daemon: use an address "
                                   "or localhost, or start the daemon with --allowed-host NAME",
                                   host);
        exchange_set_fault(exchange, 403, "AccessDeniedException", text);
        return false;
    }
    const char *origin = exchange_header(exchange, "Origin");
    // Sandboxed pages of dashboards; flink_proxy.c checks their session, too.
    bool is_from_dashboard =
        exchange_is_dashboard(exchange) && text_equal(origin, HTTP_GUARD_OPAQUE_ORIGIN);
    if (is_from_dashboard || http_guard_admits_origin(origin, host)) return true;
    exchange_set_fault(exchange, 403, "AccessDeniedException",
                       "requests from web pages of another origin are refused");
    return false;
}
