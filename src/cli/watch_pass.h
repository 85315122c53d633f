/* The watcher's pass: a certificate of its own whose policy allows its filters only, gone again when it ends.
 *
 * It is kept in a folder below the user's state folder whose lock file is held while the watcher lives, so that the
 * next start can tell a dead watcher's pass by its free lock and remove it. */
#ifndef ZT_CLI_WATCH_PASS_H
#define ZT_CLI_WATCH_PASS_H

#include "cli/account.h"

enum { ZT_PASS_PATH_MAX = 1024, ZT_PASS_FILTERS_MAX = 8 };

typedef struct {
	char name[64];                 /* of the policy, the folder and the MQTT client id */
	char folder[ZT_PASS_PATH_MAX]; /* certificate.pem, key.pem, certificate-id, account, lock */
	char certificate_file[ZT_PASS_PATH_MAX + 32], key_file[ZT_PASS_PATH_MAX + 32];
	int lock_fd; /* -1: none */
} zt_pass;

#define ZT_PASS_NONE ((zt_pass){ .lock_fd = -1 })

/* Removes the passes of dead watchers on this account, from the account and from the disk. */
ZT_NODISCARD zt_status zt_pass_sweep(zt_aws_client *client, zt_error *ret_error);
/* Makes policy and certificate, attached and active. On failure what was made is left for zt_pass_remove. */
ZT_NODISCARD zt_status zt_pass_make(zt_aws_client *client, const char *const *filters, size_t count, zt_pass *ret,
				    zt_error *ret_error);
/* Takes both away again; whatever exists or not. */
ZT_NODISCARD zt_status zt_pass_remove(zt_aws_client *client, zt_pass *pass, zt_error *ret_error);
/* Appends the policy's document: connect as `name`, subscribe to and receive from the filters. */
ZT_NODISCARD zt_status zt_pass_policy(const char *arn_prefix, const char *name, const char *const *filters,
				      size_t count, zt_str *ret_document);

#endif
