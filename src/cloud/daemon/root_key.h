/* The account's root access key, and the AWS credentials file that holds it. */
#ifndef ZT_CLOUD_DAEMON_ROOT_KEY_H
#define ZT_CLOUD_DAEMON_ROOT_KEY_H

#include <event2/event.h>

#include "cloud/registry/registry.h"

/* The key from `file` ("ID:SECRET", refused when others can read it), else from <data_dir>/credentials, else made new.
 * It is kept in the registry, which runs the loop until that is durable, and then written to <data_dir>/credentials,
 * 0600, for AWS_SHARED_CREDENTIALS_FILE. */
ZT_NODISCARD zt_status zt_root_key_open(struct event_base *loop, zt_registry *registry, const char *data_dir,
					const char *file, zt_error *ret_error);

#endif
