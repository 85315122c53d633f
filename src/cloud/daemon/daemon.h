/* zerotouch-cloud put together: store, registry, broker, Lambda, rules, gateway and control plane on one loop. */
#ifndef ZT_CLOUD_DAEMON_DAEMON_H
#define ZT_CLOUD_DAEMON_DAEMON_H

#include "cloud/daemon/settings.h"

typedef struct zt_daemon zt_daemon;

/* Opens everything; the settings must outlive it. What is half open when it fails is closed again. */
ZT_NODISCARD zt_status zt_daemon_new(const zt_settings *settings, zt_daemon **ret, zt_error *ret_error);
/* Serves until SIGTERM or SIGINT. */
ZT_NODISCARD zt_status zt_daemon_run(zt_daemon *daemon, zt_error *ret_error);
/* Closes in the reverse order; what was acknowledged is on the disk. NULL is fine. */
void zt_daemon_free(zt_daemon *daemon);

#endif
