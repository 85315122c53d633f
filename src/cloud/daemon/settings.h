/* What zerotouch-cloud is told on its command line. */
#ifndef ZT_CLOUD_DAEMON_SETTINGS_H
#define ZT_CLOUD_DAEMON_SETTINGS_H

#include "base/options.h"
#include "cloud/account.h"
#include "cloud/broker/remote.h"
#include "x509/server_identity.h"

typedef struct {
	const char *data_dir, *listen, *root_key_file, *broker_program, *log, *endpoint, *account_id, *region, *quotas,
	    *faults_file, *broker, *broker_credentials, *broker_ca, *rules_ca, *server_chain, *role, *join;
	unsigned control_port, mqtt_port, https_port, all_port;
	bool gateway_alone; /* --role gateway */
	bool pick_ports, log_json, version;
	zt_account account; /* filled from the texts above, as the next */
	zt_server_chain chain;
	zt_broker_remote remote; /* with `broker` */
} zt_settings;

/* Reads argv. *ret_done is true when --help or --version was answered on stdout. ZT_E_USAGE. */
ZT_NODISCARD zt_status zt_settings_read(int argc, char **argv, zt_settings *ret, bool *ret_done, zt_error *ret_error);

/* The folder of registry, server identity and credentials: another process's for a gateway alone. */
const char *zt_settings_home(const zt_settings *settings);

#endif
