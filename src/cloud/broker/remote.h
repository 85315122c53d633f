/* A broker that an operator runs: where it is and how to log in. */
#ifndef ZT_CLOUD_BROKER_REMOTE_H
#define ZT_CLOUD_BROKER_REMOTE_H

#include "base/secret.h"
#include "cloud/broker/login.h"
#include "net/dial.h"

enum {
	ZT_BROKER_USERNAME_MAX = 256,
	ZT_BROKER_PASSWORD_MAX = 1024,
	/* The least Server Keep Alive that it may impose: a client of ours is silent for at most this long (AWS IoT
	 * Core quota "keep-alive interval"), and what it sends, its PINGREQ too, goes up. */
	ZT_BROKER_KEEP_ALIVE_MIN_S = 1200,
};

typedef struct {
	zt_dial_spec where;
	char username[ZT_BROKER_USERNAME_MAX + 1]; /* "": none */
	zt_secret password;
} zt_broker_remote;

/* `url` is mqtts://HOST[:PORT] (8883), or mqtt://HOST[:PORT] (1883) with a HOST of this machine: localhost, 127.x.y.z
 * or
 * [::1]. It holds no credentials: they stand in `credentials_file` (NULL: none) as one line USER:PASSWORD, which nobody
 * else may read. `ca_file` (NULL: the system's) is borrowed. ZT_E_USAGE, ZT_E_CREDENTIALS. */
ZT_NODISCARD zt_status zt_broker_remote_read(const char *url, const char *credentials_file, const char *ca_file,
					     zt_broker_remote *ret, zt_error *ret_error);

#endif
