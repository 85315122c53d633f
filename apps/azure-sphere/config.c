#include "config.h"

#include <string.h>

#include <applibs/log.h>

#include "zerotouch/view.h"

#define NO_ENDPOINT "<endpoint>"

static bool ReadNumber(const char *text, uint64_t max, uint64_t *ret)
{
	return zt_view_to_u64(zt_view_of(text), ret) && *ret >= 1 && *ret <= max;
}

static bool ReadVia(const char *text, bool *ret_mqtt)
{
	*ret_mqtt = strcmp(text, "mqtt") == 0;
	return *ret_mqtt || strcmp(text, "https") == 0;
}

static bool ReadOption(Config *config, const char *name, const char *value)
{
	uint64_t number = 0;
	bool good = true;
	if (strcmp(name, "--endpoint") == 0)
		config->endpoint = value;
	else if (strcmp(name, "--topic") == 0)
		config->topic = value;
	else if (strcmp(name, "--roots") == 0)
		config->roots = value;
	else if (strcmp(name, "--via") == 0)
		good = ReadVia(value, &config->mqtt);
	else if (strcmp(name, "--mqtt-port") == 0 && (good = ReadNumber(value, UINT16_MAX, &number)))
		config->mqtt_port = (uint16_t)number;
	else if (strcmp(name, "--https-port") == 0 && (good = ReadNumber(value, UINT16_MAX, &number)))
		config->https_port = (uint16_t)number;
	else if (strcmp(name, "--period") == 0 && (good = ReadNumber(value, 86400, &number)))
		config->period_s = (unsigned)number;
	else
		good = false;
	if (!good)
		Log_Debug("ERROR: CmdArgs: %s %s is not understood.\n", name, value);
	return good;
}

bool Config_Read(Config *config, int argc, char *argv[])
{
	*config = (Config){ .endpoint = NO_ENDPOINT,
			    .topic = "myhome/myroom",
			    .roots = "certs/roots.pem",
			    .mqtt_port = 8883,
			    .https_port = 8443,
			    .period_s = 5 };
	for (int i = 1; i < argc; i += 2)
		if (!ReadOption(config, argv[i], i + 1 < argc ? argv[i + 1] : ""))
			return false;
	if (strcmp(config->endpoint, NO_ENDPOINT) != 0)
		return true;
	Log_Debug("ERROR: CmdArgs: no --endpoint; `zerotouch setup --write-manifest app_manifest.json` fills it in.\n");
	return false;
}
