#include <stdio.h>

#include "agent/commands.h"
#include "agent/config.h"
#include "port/linux/device_files.h"
#include "x509/read.h"

static zt_status print_id(const zt_device_files *files, bool json, zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	char id[ZT_DEVICE_ID_HEX + 1];
	TRY(zt_device_files_root_key(files, &key, ret_error));
	if (zt_key_device_id(key, id) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "the root key is no P-256 key");
	(void)printf(json ? "{\"deviceId\":\"%s\"}\n" : "%s\n", id);
	return ZT_OK;
}

static zt_status init_or_id(const zt_command *command, zt_agent_config *config, bool make, int argc, char **argv,
			    zt_error *ret_error)
{
	ZT_CLEANUP(zt_device_files_deinit) zt_device_files files = { 0 };
	zt_opt_result words;
	bool end, made = false;
	TRY(zt_agent_config_read(command, argc, argv, &words, &end, ret_error));
	if (end)
		return ZT_OK;
	TRY(zt_device_files_init(&files, config->state));
	if (make)
		TRY(zt_device_files_make(&files, &made, ret_error));
	if (made)
		(void)fprintf(stderr, "made the root key %s\n", zt_str_text(&files.root_key));
	return print_id(&files, config->json, ret_error);
}

zt_status zt_agent_init(int argc, char **argv, zt_error *ret_error)
{
	ZT_CLEANUP(zt_agent_config_deinit) zt_agent_config config = { 0 };
	TRY(zt_agent_config_init(&config, ret_error));
	const zt_opt options[] = { ZT_AGENT_OPT_STATE(&config), ZT_AGENT_OPT_JSON(&config) };
	const zt_command command = {
		.name = "zerotouch-device init",
		.purpose = "Makes the software root of trust, unless there is one, and prints the device id:\n"
			   "128 hex digits, the X and Y of its P-256 public key.",
		.usage = "zerotouch-device init [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch tenant claim \"$(zerotouch-device init)\"\n"
			    "  zerotouch-device init --state ./device-1\n",
	};
	return init_or_id(&command, &config, true, argc, argv, ret_error);
}

zt_status zt_agent_id(int argc, char **argv, zt_error *ret_error)
{
	ZT_CLEANUP(zt_agent_config_deinit) zt_agent_config config = { 0 };
	TRY(zt_agent_config_init(&config, ret_error));
	const zt_opt options[] = { ZT_AGENT_OPT_STATE(&config), ZT_AGENT_OPT_JSON(&config) };
	const zt_command command = {
		.name = "zerotouch-device id",
		.purpose = "Prints the device id.",
		.usage = "zerotouch-device id [options]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch-device id --state ./device-1\n",
	};
	return init_or_id(&command, &config, false, argc, argv, ret_error);
}
