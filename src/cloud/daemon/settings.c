#include "cloud/daemon/settings.h"

#include "base/arn.h"
#include "base/log.h"
#include "net/address.h"

static bool is_account_id(const char *text)
{
	uint64_t number;
	zt_view v = zt_view_of(text);
	return v.n == 12 && zt_view_to_u64(v, &number);
}

static zt_status fill_chain(zt_settings *s, zt_error *ret_error)
{
	static const struct {
		const char *word;
		zt_server_chain chain;
	} words[] = { { "plain", ZT_CHAIN_PLAIN }, { "ats", ZT_CHAIN_ATS }, { "ats-2023", ZT_CHAIN_ATS_2023 } };
	for (size_t i = 0; i < ZT_COUNT(words); i++)
		if (strcmp(s->server_chain, words[i].word) == 0) {
			s->chain = words[i].chain;
			return ZT_OK;
		}
	return zt_error_set(ret_error, ZT_E_USAGE, "--server-chain knows plain, ats and ats-2023, not '%s'",
			    s->server_chain);
}

static zt_status fill_account(zt_settings *s, zt_error *ret_error)
{
	if (!is_account_id(s->account_id))
		return zt_error_set(ret_error, ZT_E_USAGE, "--account wants twelve digits, not '%s'", s->account_id);
	zt_view partition = zt_arn_partition_of_region(zt_view_of(s->region));
	TRY(zt_text_copy(s->account.partition, sizeof s->account.partition, partition));
	TRY(zt_text_copy(s->account.account, sizeof s->account.account, zt_view_of(s->account_id)));
	if (zt_text_copy(s->account.region, sizeof s->account.region, zt_view_of(s->region)) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "--region is too long: %s", s->region);
	if (zt_text_copy(s->account.endpoint, sizeof s->account.endpoint, zt_view_of(s->endpoint)) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "--endpoint is too long: %s", s->endpoint);
	return ZT_OK;
}

static zt_status fill_remote(zt_settings *s, zt_error *ret_error)
{
	if (s->broker)
		return zt_broker_remote_read(s->broker, s->broker_credentials, s->broker_ca, &s->remote, ret_error);
	if (s->broker_credentials || s->broker_ca)
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "--broker-credentials and --broker-ca-file say nothing without --broker");
	return ZT_OK;
}

static zt_status fill_role(zt_settings *s, zt_error *ret_error)
{
	s->gateway_alone = s->role && strcmp(s->role, "gateway") == 0;
	if (s->role && !s->gateway_alone && strcmp(s->role, "all") != 0)
		return zt_error_set(ret_error, ZT_E_USAGE, "--role knows all and gateway, not '%s'", s->role);
	if (s->gateway_alone && (!s->join || !s->broker || s->root_key_file))
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "--role gateway wants --join DIR and --broker URL, and takes its keys from there");
	if (!s->gateway_alone && s->join)
		return zt_error_set(ret_error, ZT_E_USAGE, "--join says nothing without --role gateway");
	return ZT_OK;
}

zt_status zt_settings_read(int argc, char **argv, zt_settings *ret, bool *ret_done, zt_error *ret_error)
{
	zt_settings s = { .listen = "127.0.0.1",
			  .log = "info",
			  .server_chain = "plain",
			  .endpoint = "localhost",
			  .account_id = "000000000000",
			  .region = "us-east-1",
			  .broker_program = getenv("ZT_BROKER_PROGRAM"),
			  .control_port = 4566,
			  .mqtt_port = 8883,
			  .https_port = 8443,
			  .all_port = 8444 };
	const zt_opt options[] = {
		{ "data", 'd', ZT_OPT_TEXT, &s.data_dir, "DIR", "where everything is kept (made with mode 0700)", 0,
		  0 },
		{ "control-port", 0, ZT_OPT_NUMBER, &s.control_port, "PORT", "control plane (default 4566)", 0, 65535 },
		{ "mqtt-port", 0, ZT_OPT_NUMBER, &s.mqtt_port, "PORT", "MQTT over mutual TLS (default 8883)", 0,
		  65535 },
		{ "https-port", 0, ZT_OPT_NUMBER, &s.https_port, "PORT", "HTTPS data plane (default 8443)", 0, 65535 },
		{ "all-port", 0, ZT_OPT_NUMBER, &s.all_port, "PORT",
		  "what AWS has on 443: both by ALPN, WebSocket, signed requests (default 8444)", 0, 65535 },
		{ "pick-ports", 0, ZT_OPT_FLAG, &s.pick_ports, NULL, "take any free port in place of a taken one", 0,
		  0 },
		{ "listen", 0, ZT_OPT_TEXT, &s.listen, "ADDRESS", "address of the device ports (default 127.0.0.1)", 0,
		  0 },
		{ "endpoint", 0, ZT_OPT_TEXT, &s.endpoint, "NAME",
		  "host name that devices connect to (default localhost)", 0, 0 },
		{ "account", 0, ZT_OPT_TEXT, &s.account_id, "ID", "account id (default 000000000000)", 0, 0 },
		{ "region", 0, ZT_OPT_TEXT, &s.region, "NAME", "region (default us-east-1)", 0, 0 },
		{ "root-key-file", 0, ZT_OPT_TEXT, &s.root_key_file, "FILE", "root access key, one line ID:SECRET", 0,
		  0 },
		{ "broker-program", 0, ZT_OPT_TEXT, &s.broker_program, "FILE",
		  "the mosquitto to start (default $ZT_BROKER_PROGRAM, PATH)", 0, 0 },
		{ "broker", 0, ZT_OPT_TEXT, &s.broker, "URL",
		  "an MQTT 5 broker that runs elsewhere, mqtts://HOST[:PORT], in place of a mosquitto of our own", 0,
		  0 },
		{ "broker-credentials", 0, ZT_OPT_TEXT, &s.broker_credentials, "FILE",
		  "its login, one line USER:PASSWORD", 0, 0 },
		{ "broker-ca-file", 0, ZT_OPT_TEXT, &s.broker_ca, "FILE",
		  "the CA certificates that its own must come from (default: the system's)", 0, 0 },
		{ "rules-ca-file", 0, ZT_OPT_TEXT, &s.rules_ca, "FILE",
		  "the CA certificates that destinations of rules must come from (default: the system's)", 0, 0 },
		{ "server-chain", 0, ZT_OPT_TEXT, &s.server_chain, "FORM",
		  "what the device ports send beside the leaf's issuer: plain (default): nothing; ats, ats-2023: cross "
		  "certificates as AWS's endpoints do now and did until 2024",
		  0, 0 },
		{ "role", 0, ZT_OPT_TEXT, &s.role, "all|gateway",
		  "gateway: device ports alone, on another process's store and the same broker (default all)", 0, 0 },
		{ "join", 0, ZT_OPT_TEXT, &s.join, "DIR", "that process's data folder", 0, 0 },
		{ "quotas", 0, ZT_OPT_TEXT, &s.quotas, "aws", "AWS's rates and its throttling errors (default: none)",
		  0, 0 },
		{ "faults", 0, ZT_OPT_TEXT, &s.faults_file, "FILE",
		  "what goes wrong on purpose, as JSON; read again at SIGHUP", 0, 0 },
		{ "log", 0, ZT_OPT_TEXT, &s.log, "SPEC", "info, or gateway=debug,api=warning,info", 0, 0 },
		{ "log-json", 0, ZT_OPT_FLAG, &s.log_json, NULL, "one JSON object a line", 0, 0 },
		{ "version", 0, ZT_OPT_FLAG, &s.version, NULL, "print the version and end", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch-cloud",
		.purpose =
		    "The local AWS: IoT Core's device gateway and control plane, IAM, STS and Lambda on this machine.",
		.usage = "zerotouch-cloud --data DIR [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples =
		    "  zerotouch-cloud --data ~/.local/state/zerotouch/cloud\n"
		    "  zerotouch-cloud --data /tmp/cloud --pick-ports --log gateway=debug,info\n"
		    "  zerotouch-cloud --data /tmp/cloud --broker mqtts://broker.example --broker-credentials login\n"
		    "  zerotouch-cloud --data /tmp/second --role gateway --join /tmp/cloud --pick-ports \\\n"
		    "      --broker mqtts://broker.example --broker-credentials login\n"
		    "  aws --endpoint-url http://127.0.0.1:4566 iot list-things\n",
	};
	zt_opt_result result;
	TRY(zt_options_parse(&command, argc, argv, &result, ret_error));
	*ret_done = result.help || s.version;
	if (result.help)
		zt_options_help(&command, stdout);
	else if (s.version)
		(void)printf("zerotouch-cloud %s\n", ZT_VERSION);
	if (*ret_done)
		return ZT_OK;
	if (!s.data_dir)
		return zt_error_set(ret_error, ZT_E_USAGE, "--data DIR is missing");
	if (s.quotas && strcmp(s.quotas, "aws") != 0)
		return zt_error_set(ret_error, ZT_E_USAGE, "--quotas knows \"aws\" alone, not '%s'", s.quotas);
	if (zt_log_configure(s.log, s.log_json ? ZT_LOG_JSON : ZT_LOG_TEXT) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "--log does not understand '%s'", s.log);
	if (!zt_address_text_is_loopback(s.listen))
		LOG_WARNING("cloud", "device ports are open beyond this machine; the control plane stays on 127.0.0.1",
			    ZT_KV_STR("address", s.listen));
	TRY(fill_chain(&s, ret_error));
	TRY(fill_account(&s, ret_error));
	TRY(fill_remote(&s, ret_error));
	TRY(fill_role(&s, ret_error));
	*ret = s;
	return ZT_OK;
}

const char *zt_settings_home(const zt_settings *settings)
{
	return settings->gateway_alone ? settings->join : settings->data_dir;
}
