/* What zerotouch-attest is told on its command line. */
#ifndef ZT_ATTEST_SETTINGS_H
#define ZT_ATTEST_SETTINGS_H

#include "base/options.h"

typedef struct {
	const char *data_dir, *listen, *server_name, *log;
	unsigned port, nonce_seconds;
	bool pick_ports, key_identifiers, log_json, version;
} zt_attest_settings;

/* Reads argv and sets up logging. *ret_done is true when --help or --version was answered on stdout. ZT_E_USAGE. */
ZT_NODISCARD zt_status zt_attest_settings_read(int argc, char **argv, zt_attest_settings *ret, bool *ret_done,
					       zt_error *ret_error);

#endif
