/* The server identity of a local daemon: a private root, an intermediate and a leaf, kept in a folder.
 *
 * Shaped like the chain of AWS's ATS endpoints (root, intermediate, leaf), so that clients exercise a real path. The
 * root lives ten years and its key stays in the folder (0600); intermediate and leaf are made anew when a third of
 * their life is left, when the names change, or when a file is missing. */
#ifndef ZT_X509_SERVER_IDENTITY_H
#define ZT_X509_SERVER_IDENTITY_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum { ZT_SERVER_NAMES_MAX = 16, ZT_SERVER_PEM_MAX = 64 * 1024 };

typedef struct {
	const char *dir;          /* an existing folder; gets server-root-key.pem, server-ca.pem, server-identity.pem */
	const char *organization; /* O of root and intermediate: "zerotouch local cloud" */
	const char *const *names; /* DNS names and numeric addresses of the leaf; the first is its common name */
	size_t name_count;
	int64_t now_ms;
} zt_server_identity_spec;

/* Appends leaf and intermediate to *ret_chain_pem, the leaf's key to *ret_key_pem (wipe it after use). The root that
 * clients trust is <dir>/server-ca.pem. A killed call leaves the old identity or the new one. */
ZT_NODISCARD zt_status zt_server_identity(const zt_server_identity_spec *spec, zt_str *ret_chain_pem,
					  zt_str *ret_key_pem, zt_error *ret_error);

#endif
