#include "agent/certificate.h"
#include "agent/commands.h"

zt_status zt_agent_attest(int argc, char **argv, zt_error *ret_error)
{
	ZT_CLEANUP(zt_agent_config_deinit) zt_agent_config config = { 0 };
	ZT_CLEANUP(zt_device_files_deinit) zt_device_files files = { 0 };
	bool force = false, end, made;
	zt_opt_result words;
	TRY(zt_agent_config_init(&config, ret_error));
	const zt_opt options[] = {
		ZT_AGENT_OPT_STATE(&config),
		ZT_AGENT_OPTS_ATTEST(&config),
		{ "renew", 0, ZT_OPT_FLAG, &force, NULL, "also when the present certificate is good for a while", 0,
		  0 },
		ZT_AGENT_OPT_JSON(&config),
	};
	const zt_command command = {
		.name = "zerotouch-device attest",
		.purpose = "Proves the root of trust to the attestation authority and gets a certificate of 24 hours,\n"
			   "if there is none or two thirds of its life have passed.",
		.usage = "zerotouch-device attest [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch-device attest --attest https://localhost:4567 --attest-ca-file server-ca.pem "
			    "--tenant GUID\n"
			    "  eval \"$(zerotouch local env)\" && zerotouch-device attest --tenant GUID --renew\n",
	};
	TRY(zt_agent_config_read(&command, argc, argv, &words, &end, ret_error));
	if (end)
		return ZT_OK;
	TRY(zt_device_files_init(&files, config.state));
	TRY(zt_device_files_make(&files, &made, ret_error));
	return zt_certificate_renew(&config, &files, force, &(zt_report){ .json = config.json }, ret_error);
}
