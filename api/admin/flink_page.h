// Which pages of Flink's web interface may be shown: the GETs of Flink 1.15 to 2.3 that change
// nothing, by name. Pure.
#pragma once

enum flink_page_verdict {
    FLINK_PAGE_SHOWN,
    FLINK_PAGE_UNKNOWN, // not a page of Flink's interface
    FLINK_PAGE_REFUSED, // may change something, or is written so that servers may read it
                        // differently
};

// `rest` is the raw path below the dashboard's own ("", "/", "/jobs/<id>"), `query` the raw query
// without '?'. SHOWN: *out_target is the request target for the JobManager, built from the checked
// parts, so that nothing else can reach it; the caller frees. Parameters that Flink's pages do not
// have are left out. Sources: flink-docs "REST API", and Flink's WebMonitorEndpoint.
enum flink_page_verdict flink_page_check(const char *rest, const char *query, char **out_target);
