/* What the control plane's port tells without a signature: whether it is well, and its metrics. */
#ifndef ZT_CLOUD_API_PLAIN_H
#define ZT_CLOUD_API_PLAIN_H

#include "cloud/api/api.h"

/* Answers GET /healthz (200 "ok", or 503 with what is missing) and GET /metrics; false, with the exchange untouched,
 * for everything else. */
bool zt_plain_handle(const zt_api_sources *sources, zt_http_exchange *exchange);

#endif
