/* What the app is told by CmdArgs of its manifest; nothing in the source needs an edit. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	const char *endpoint;           /* --endpoint: AWS IoT data endpoint, a host name */
	const char *topic;              /* --topic */
	const char *roots;              /* --roots: PEM file of the image package */
	bool mqtt;                      /* --via mqtt; https otherwise */
	uint16_t mqtt_port, https_port; /* --mqtt-port, --https-port; on 443 ALPN names the protocol */
	unsigned period_s;              /* --period: between two messages */
} Config;

/* False, after a word in the log, when an argument is not understood. */
bool Config_Read(Config *config, int argc, char *argv[]);

#endif
