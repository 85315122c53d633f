/* The account's root access key and the AWS credentials file that holds it. */
#ifndef ZT_CLOUD_DAEMON_CREDENTIALS_H
#define ZT_CLOUD_DAEMON_CREDENTIALS_H

#include "base/secret.h"
#include "cloud/registry/roles.h"

typedef struct {
	char id[129];
	zt_secret secret;
} zt_root_key;

/* From `file` ("ID:SECRET", refused when others can read it), else from <data_dir>/credentials, else made new. */
ZT_NODISCARD zt_status zt_root_key_read(const char *data_dir, const char *file, zt_root_key *ret, zt_error *ret_error);
/* Writes <data_dir>/credentials, 0600, for AWS_SHARED_CREDENTIALS_FILE. */
ZT_NODISCARD zt_status zt_root_key_write(const char *data_dir, const zt_root_key *key, zt_error *ret_error);

#endif
