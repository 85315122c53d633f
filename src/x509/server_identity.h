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

/* What the server sends after leaf and intermediate. AWS's roots are cross-signed, and its ATS endpoints send those
 * cross certificates too (AWS IoT, "Server authentication"). */
typedef enum {
	ZT_CHAIN_PLAIN,    /* nothing */
	ZT_CHAIN_ATS,      /* as since August 2024: the root, signed by a second root */
	ZT_CHAIN_ATS_2023, /* as before: also the second root, signed by a third */
} zt_server_chain;

typedef struct {
	const char *dir; /* an existing folder; gets server-root-key.pem, server-ca.pem, server-identity.pem, and for
			    the longer chains server-cross.pem */
	const char *organization; /* O of root and intermediate: "zerotouch local cloud" */
	const char *const *names; /* DNS names and numeric addresses of the leaf; the first is its common name */
	size_t name_count;
	zt_server_chain chain;
	int64_t now_ms;
} zt_server_identity_spec;

/* Appends the chain to *ret_chain_pem, leaf first, and the leaf's key to *ret_key_pem (wipe it after use). The root
 * that clients trust is <dir>/server-ca.pem; with the longer chains it holds all three. A killed call leaves the old
 * identity or the new one. */
ZT_NODISCARD zt_status zt_server_identity(const zt_server_identity_spec *spec, zt_str *ret_chain_pem,
					  zt_str *ret_key_pem, zt_error *ret_error);

#endif
