#include "agent/config.h"

#include <stdlib.h>

/* XDG Base Directory Specification: $XDG_STATE_HOME, or ~/.local/state. */
static zt_status choose_state(zt_agent_config *config)
{
	const char *home = getenv("HOME"), *state_home = getenv("XDG_STATE_HOME");
	if (state_home && state_home[0] == '/')
		TRY(zt_str_printf(&config->default_state, "%s/zerotouch-device", state_home));
	else
		TRY(zt_str_printf(&config->default_state, "%s/.local/state/zerotouch-device", home ? home : ""));
	config->state = zt_str_text(&config->default_state);
	return ZT_OK;
}

zt_status zt_agent_config_init(zt_agent_config *config, zt_error *ret_error)
{
	*config = (zt_agent_config){
		.state = getenv("ZT_STATE"),
		.endpoint = getenv("ZT_ENDPOINT"),
		.ca_file = getenv("ZT_CA_FILE"),
		.attest_url = getenv("ZT_ATTEST"),
		.attest_ca_file = getenv("ZT_ATTEST_CA_FILE"),
		.tenant = getenv("ZT_TENANT"),
		.certificate = getenv("ZT_CERTIFICATE"),
		.key = getenv("ZT_KEY"),
		.default_state = ZT_STR(4096),
	};
	TRY(zt_options_port("ZT_MQTT_PORT", 8883, &config->mqtt_port, ret_error));
	TRY(zt_options_port("ZT_HTTPS_PORT", 8443, &config->https_port, ret_error));
	TRY(zt_options_port("ZT_ALPN_PORT", 0, &config->alpn_port, ret_error));
	return config->state ? ZT_OK : choose_state(config);
}

void zt_agent_config_deinit(zt_agent_config *config)
{
	zt_str_free(&config->default_state);
}

zt_status zt_agent_config_read(const zt_command *command, int argc, char **argv, zt_opt_result *ret_words,
			       bool *ret_end, zt_error *ret_error)
{
	TRY(zt_options_read(command, argc, argv, ret_words, ret_error));
	*ret_end = ret_words->help;
	return ZT_OK;
}

zt_status zt_agent_config_need_endpoint(const zt_agent_config *config, zt_error *ret_error)
{
	return config->endpoint
		   ? ZT_OK
		   : zt_error_set(ret_error, ZT_E_USAGE, "the endpoint is missing (--endpoint or ZT_ENDPOINT)");
}
