// Fetches one page of a cluster's dashboard: see runtime/insight.h.
#pragma once

#include "runtime/http/http_client.h"
#include "runtime/insight.h"

struct insight_fetch *page_fetch_begin(struct http_client *http, const char *rest_url,
                                       const char *path, insight_page_fn *done, void *userdata);
void page_fetch_cancel(struct insight_fetch *fetch);
