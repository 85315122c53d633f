#include "attest/settings.h"

#include "attest/limits.h"
#include "base/log.h"

zt_status zt_attest_settings_read(int argc, char **argv, zt_attest_settings *ret, bool *ret_done, zt_error *ret_error)
{
	zt_attest_settings s = {
		.listen = "127.0.0.1", .log = "info", .port = 4567, .nonce_seconds = ZT_ATTEST_NONCE_MS / 1000
	};
	const zt_opt options[] = {
		{ "data", 'd', ZT_OPT_TEXT, &s.data_dir, "DIR", "where everything is kept (made with mode 0700)", 0,
		  0 },
		{ "port", 'p', ZT_OPT_NUMBER, &s.port, "PORT", "device port, HTTPS (default 4567)", 0, 65535 },
		{ "pick-ports", 0, ZT_OPT_FLAG, &s.pick_ports, NULL, "take any free port in place of a taken one", 0,
		  0 },
		{ "listen", 0, ZT_OPT_TEXT, &s.listen, "ADDRESS", "address of the device port (default 127.0.0.1)", 0,
		  0 },
		{ "server-name", 0, ZT_OPT_TEXT, &s.server_name, "NAME",
		  "host name that devices connect to, beside localhost", 0, 0 },
		{ "key-identifiers", 0, ZT_OPT_FLAG, &s.key_identifiers, NULL,
		  "add the key identifiers that AS3 leaves out, for verifiers that find a CA by name", 0, 0 },
		{ "nonce-seconds", 0, ZT_OPT_NUMBER, &s.nonce_seconds, "N",
		  "life of a challenge (default 60); for tests", 0, 3600 },
		{ "log", 0, ZT_OPT_TEXT, &s.log, "SPEC", "error, warning, info or debug", 0, 0 },
		{ "log-json", 0, ZT_OPT_FLAG, &s.log_json, NULL, "one JSON object a line", 0, 0 },
		{ "version", 0, ZT_OPT_FLAG, &s.version, NULL, "print the version and end", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch-attest",
		.purpose =
		    "The attestation authority: turns a device's root of trust into certificates that live for a day.",
		.usage = "zerotouch-attest --data DIR [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch-attest --data ~/.local/state/zerotouch/attest\n"
			    "  zerotouch tenant create --socket ~/.local/state/zerotouch/attest/operator.sock\n",
	};
	zt_opt_result result;
	TRY(zt_options_parse(&command, argc, argv, &result, ret_error));
	*ret_done = result.help || s.version;
	if (result.help)
		zt_options_help(&command, stdout);
	else if (s.version)
		(void)printf("zerotouch-attest %s\n", ZT_VERSION);
	if (*ret_done)
		return ZT_OK;
	if (!s.data_dir)
		return zt_error_set(ret_error, ZT_E_USAGE, "--data DIR is missing");
	if (zt_log_configure(s.log, s.log_json ? ZT_LOG_JSON : ZT_LOG_TEXT) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "--log does not understand '%s'", s.log);
	*ret = s;
	return ZT_OK;
}
