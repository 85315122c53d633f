/* The state folder of a device (0700): the software root of trust, and the current certificate with its key.
 *
 *	DIR/root-key.pem             made once, never leaves the folder
 *	DIR/identity/certificate.pem leaf, then its chain
 *	DIR/identity/tls-key.pem     the two are replaced together, by exchanging the folder
 *	DIR/certificate.pem, DIR/tls-key.pem  links to them */
#ifndef ZT_PORT_LINUX_DEVICE_FILES_H
#define ZT_PORT_LINUX_DEVICE_FILES_H

#include "base/error.h"
#include "base/str.h"
#include "x509/issue.h"

enum { ZT_STATE_PATH_MAX = 4096 };

typedef struct {
	const char *dir;                                 /* borrowed */
	zt_str root_key, identity, certificate, tls_key; /* paths */
} zt_device_files;

/* Composes the paths; touches nothing. */
ZT_NODISCARD zt_status zt_device_files_init(zt_device_files *files, const char *dir);
void zt_device_files_deinit(zt_device_files *files);
/* Makes folder and root key where they are missing; *ret_made says whether a key was made. */
ZT_NODISCARD zt_status zt_device_files_make(const zt_device_files *files, bool *ret_made, zt_error *ret_error);
/* ZT_E_CREDENTIALS when there is no root key, it is unreadable, or others may read it. */
ZT_NODISCARD zt_status zt_device_files_root_key(const zt_device_files *files, zt_key **ret, zt_error *ret_error);
/* Takes certificate and key into use, both or neither, durably. ZT_E_INVALID when they do not belong together. */
ZT_NODISCARD zt_status zt_device_files_replace(const zt_device_files *files, zt_view certificate_pem, zt_view key_pem,
					       zt_error *ret_error);

#endif
