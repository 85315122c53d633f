#include <stdio.h>

#include "cli/output.h"
#include "cli/verbs.h"

static const zt_verb verbs[] = {
	{ "demo", "the whole story of a device, offline, on real parts", zt_cmd_demo },
	{ "local", "the local AWS and attestation authority: up, env", zt_cmd_local },
	{ "tenant", "tenants of the attestation authority: create, claim, proof, …", zt_cmd_tenant },
	{ "setup", "prepare an AWS account (or the local one) for a tenant's devices", zt_cmd_setup },
	{ "plan", "show what setup would do, and change nothing", zt_cmd_plan },
	{ "status", "show what is set up, and its state", zt_cmd_status },
	{ "teardown", "remove what setup created", zt_cmd_teardown },
	{ "doctor", "find why devices do not come in", zt_cmd_doctor },
	{ "policy", "tell whether a device may do an action: check", zt_cmd_policy },
	{ "watch", "print the messages of a topic filter", zt_cmd_watch },
	{ "why", "tell why devices were refused", zt_cmd_why },
	{ "things", "list the Things with their devices", zt_cmd_things },
	{ "certificates", "list the certificates with their states; prune", zt_cmd_certificates },
	{ "azure-sphere", "run Azure Sphere apps on this machine: run", zt_cmd_azure_sphere },
};

static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("zerotouch %s\n", ZT_VERSION);
		return 0;
	}
	zt_status status =
	    zt_verbs_run("zerotouch", "Zero-touch onboarding of devices with a root of trust to AWS IoT Core.", verbs,
			 ZT_COUNT(verbs), argc, argv, &error);
	/* A plan with changes is an answer, not a failure; so are findings and a no. */
	if (status != ZT_OK && status != ZT_E_CHANGES && status != ZT_E_FINDINGS && status != ZT_E_NOT_ALLOWED)
		zt_output_error("zerotouch", status, &error, wants_json(argc, argv));
	if (fflush(stdout) != 0 && status == ZT_OK)
		status = ZT_E_IO;
	return zt_status_exit(status);
}
