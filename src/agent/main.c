#include <stdio.h>

#include "agent/commands.h"

static const zt_verb commands[] = {
	{ "init", "make the root key if there is none, and print the device id", zt_agent_init },
	{ "id", "print the device id", zt_agent_id },
	{ "attest", "get a certificate from the attestation authority, or renew it", zt_agent_attest },
	{ "publish", "publish one message, through the first refusal of a new certificate", zt_agent_publish },
	{ "shadow", "get, update or delete the device's shadow", zt_agent_shadow_verb },
	{ "run", "stay connected: publish lines, print messages, renew the certificate", zt_agent_run },
};

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("zerotouch-device %s\n", ZT_VERSION);
		return 0;
	}
	zt_status status =
	    zt_verbs_run("zerotouch-device", "Onboards this device to AWS IoT Core, with nobody touching it.", commands,
			 ZT_COUNT(commands), argc, argv, &error);
	if (status != ZT_OK) {
		const char *cause = error.text[0] ? error.text : zt_status_text(status);
		(void)fprintf(stderr, "zerotouch-device: %s%s%s%s\n", cause, error.code[0] ? " (" : "", error.code,
			      error.code[0] ? ")" : "");
	}
	if (fflush(stdout) != 0 && status == ZT_OK)
		status = ZT_E_IO;
	return zt_status_exit(status);
}
