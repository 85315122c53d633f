/* What all commands share: options, and the environment behind them. */
#ifndef ZT_AGENT_CONFIG_H
#define ZT_AGENT_CONFIG_H

#include "base/options.h"
#include "base/str.h"

typedef struct {
	const char *state;          /* --state, ZT_STATE */
	const char *endpoint;       /* --endpoint, ZT_ENDPOINT */
	unsigned mqtt_port;         /* --mqtt-port, ZT_MQTT_PORT */
	unsigned https_port;        /* --https-port, ZT_HTTPS_PORT */
	unsigned alpn_port;         /* --alpn-port, ZT_ALPN_PORT; 0: 443, beside the standard ports alone */
	const char *ca_file;        /* --ca-file, ZT_CA_FILE; NULL: AWS's roots */
	const char *attest_url;     /* --attest, ZT_ATTEST */
	const char *attest_ca_file; /* --attest-ca-file, ZT_ATTEST_CA_FILE */
	const char *tenant;         /* --tenant, ZT_TENANT */
	const char *certificate;    /* --certificate, ZT_CERTIFICATE; NULL: the state folder's */
	const char *key;            /* --key, ZT_KEY: a file or a URI; with `certificate` */
	bool json;                  /* --json */
	zt_str default_state;       /* owns `state` when nothing else names it */
} zt_agent_config;

/* Rows of an option table; `c` points to the config. */
#define ZT_AGENT_OPT_STATE(c)                                                        \
	{                                                                            \
		"state", 's', ZT_OPT_TEXT, &(c)->state, "DIR",                       \
		    "state folder (ZT_STATE; ~/.local/state/zerotouch-device)", 0, 0 \
	}
/* An identity of somebody else's making, which the agent only uses. */
#define ZT_AGENT_OPTS_IDENTITY(c)                                                                                        \
	{ "certificate",                                                                                                 \
	  0,                                                                                                             \
	  ZT_OPT_TEXT,                                                                                                   \
	  &(c)->certificate,                                                                                             \
	  "FILE",                                                                                                        \
	  "this certificate in place of the state folder's (ZT_CERTIFICATE)",                                            \
	  0,                                                                                                             \
	  0 },                                                                                                           \
	{                                                                                                                \
		"key", 0, ZT_OPT_TEXT, &(c)->key, "KEY",                                                                 \
		    "its key: a file, or where OpenSSL finds it, as pkcs11:token=…;object=…?pin-source=file:… or " \
		    "handle:0x81000001 "                                                                                 \
		    "(ZT_KEY)",                                                                                          \
		    0, 0                                                                                                 \
	}
#define ZT_AGENT_OPT_JSON(c)                                                                                        \
	{                                                                                                           \
		"json", 0, ZT_OPT_FLAG, &(c)->json, NULL, "events on standard output, one JSON object a line", 0, 0 \
	}
#define ZT_AGENT_OPTS_ATTEST(c)                                                                               \
	{ "attest", 0, ZT_OPT_TEXT, &(c)->attest_url, "URL", "the attestation authority (ZT_ATTEST)", 0, 0 }, \
	    { "attest-ca-file",                                                                               \
	      0,                                                                                              \
	      ZT_OPT_TEXT,                                                                                    \
	      &(c)->attest_ca_file,                                                                           \
	      "FILE",                                                                                         \
	      "root that verifies it (ZT_ATTEST_CA_FILE)",                                                    \
	      0,                                                                                              \
	      0 },                                                                                            \
	{                                                                                                     \
		"tenant", 0, ZT_OPT_TEXT, &(c)->tenant, "GUID",                                               \
		    "the tenant that the device is claimed into (ZT_TENANT)", 0, 0                            \
	}
#define ZT_AGENT_OPTS_ENDPOINT(c)                                                                                          \
	{ "endpoint", 'e', ZT_OPT_TEXT, &(c)->endpoint, "HOST", "AWS IoT data endpoint (ZT_ENDPOINT)", 0, 0 },             \
	    { "mqtt-port", 0, ZT_OPT_NUMBER, &(c)->mqtt_port, "PORT", "8883 (ZT_MQTT_PORT); on 443 with ALPN", 1, 65535 }, \
	    { "https-port", 0, ZT_OPT_NUMBER, &(c)->https_port, "PORT", "8443 (ZT_HTTPS_PORT); on 443 with ALPN", 1,       \
	      65535 },                                                                                                     \
	    { "alpn-port",                                                                                                 \
	      0,                                                                                                           \
	      ZT_OPT_NUMBER,                                                                                               \
	      &(c)->alpn_port,                                                                                             \
	      "PORT",                                                                                                      \
	      "tried when the others are closed (ZT_ALPN_PORT; 443)",                                                      \
	      1,                                                                                                           \
	      65535 },                                                                                                     \
	{                                                                                                                  \
		"ca-file", 0, ZT_OPT_TEXT, &(c)->ca_file, "FILE",                                                          \
		    "roots that verify the endpoint (ZT_CA_FILE; AWS's)", 0, 0                                             \
	}

/* Fills in the environment's values and the defaults. ZT_E_CONFIG on a wrong port. */
ZT_NODISCARD zt_status zt_agent_config_init(zt_agent_config *config, zt_error *ret_error);
void zt_agent_config_deinit(zt_agent_config *config);
/* Reads argv over it; *ret_end says that --help was answered and there is nothing more to do. */
ZT_NODISCARD zt_status zt_agent_config_read(const zt_command *command, int argc, char **argv, zt_opt_result *ret_words,
					    bool *ret_end, zt_error *ret_error);
/* ZT_E_USAGE when no endpoint is named. */
ZT_NODISCARD zt_status zt_agent_config_need_endpoint(const zt_agent_config *config, zt_error *ret_error);

#endif
