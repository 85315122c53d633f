/* What the daemon tells whoever measures it. */
#ifndef ZT_CLOUD_DAEMON_METRICS_H
#define ZT_CLOUD_DAEMON_METRICS_H

#include "base/str.h"
#include "cloud/gateway/gateway.h"

/* Appends the gateway's counters in Prometheus' text format 0.0.4. */
ZT_NODISCARD zt_status zt_metrics_put(const zt_gateway *gateway, zt_str *out);

#endif
