/* The proof of possession from whoever holds the CA's key, without our authority: a command, or a file made by hand. */
#ifndef ZT_CLI_PROOF_H
#define ZT_CLI_PROOF_H

#include "base/options.h"
#include "base/str.h"

enum {
	ZT_PROOF_BYTES_MAX = 64 * 1024,
	ZT_PROOF_COMMAND_MS = 300000, /* somebody may have to touch a token or enter a PIN */
};

typedef struct {
	const char *command, *file; /* options; NULL when not given */
} zt_proof_options;

#define ZT_PROOF_OPTIONS(o)                                                                                            \
	{ "proof-command",                                                                                             \
	  0,                                                                                                           \
	  ZT_OPT_TEXT,                                                                                                 \
	  &(o).command,                                                                                                \
	  "COMMAND",                                                                                                   \
	  "prints the proof (PEM or DER) for the code, its last argument; no shell",                                   \
	  0,                                                                                                           \
	  0 },                                                                                                         \
	{                                                                                                              \
		"proof", 0, ZT_OPT_TEXT, &(o).file, "FILE", "the proof, made by hand for the code that setup printed", \
		    0, 0                                                                                               \
	}

/* A certificate as PEM from PEM (the first one in it) or DER. Appends. ZT_E_INVALID, naming `source`. */
ZT_NODISCARD zt_status zt_certificate_to_pem(zt_view bytes, const char *source, zt_str *ret_pem, zt_error *ret_error);
/* Reads such a file. */
ZT_NODISCARD zt_status zt_certificate_load(const char *path, zt_str *ret_pem, zt_error *ret_error);

/* A code is the account's and Region's, and another one once it was deleted: a proof for an old one is worth nothing.
 * ZT_E_INVALID when the certificate is for another code. */
ZT_NODISCARD zt_status zt_proof_check(zt_view pem, zt_view code, zt_error *ret_error);
/* Appends the PEM of a certificate for the code. ZT_E_INVALID when it is for another code; ZT_E_PARTIAL, with the code
 * on standard output and what to do with it, when neither command nor file is given. */
ZT_NODISCARD zt_status zt_proof_get(const zt_proof_options *options, zt_view code, zt_str *ret_pem,
				    zt_error *ret_error);

#endif
