/* zerotouch-attest put together: store, authority, device port, operator's socket. */
#ifndef ZT_ATTEST_DAEMON_H
#define ZT_ATTEST_DAEMON_H

#include "attest/settings.h"

typedef struct zt_attest_daemon zt_attest_daemon;

/* Opens everything; `settings` must outlive it. ZT_E_CONFIG for a taken port or a data folder in use. */
ZT_NODISCARD zt_status zt_attest_daemon_new(const zt_attest_settings *settings, zt_attest_daemon **ret,
					    zt_error *ret_error);
/* Writes the endpoints file and serves until SIGTERM or SIGINT. */
ZT_NODISCARD zt_status zt_attest_daemon_run(zt_attest_daemon *daemon, zt_error *ret_error);
void zt_attest_daemon_free(zt_attest_daemon *daemon);

#endif
