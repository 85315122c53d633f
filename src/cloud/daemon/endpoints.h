/* The endpoints file, <data_dir>/endpoints.json: where this process is found, for whoever starts or looks for it
 * (docs/contracts.md). It is there while every port accepts. */
#ifndef ZT_CLOUD_DAEMON_ENDPOINTS_H
#define ZT_CLOUD_DAEMON_ENDPOINTS_H

#include "cloud/daemon/settings.h"

typedef struct {
	unsigned control, mqtt, https, all; /* ports; `control` has no meaning for a gateway alone */
} zt_endpoints;

ZT_NODISCARD zt_status zt_endpoints_write(const zt_settings *settings, const zt_endpoints *endpoints,
					  zt_error *ret_error);
/* That there is none is fine. */
ZT_NODISCARD zt_status zt_endpoints_remove(const zt_settings *settings, zt_error *ret_error);

#endif
