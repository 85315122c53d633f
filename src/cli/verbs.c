#include "cli/verbs.h"

const zt_verb zt_cli_verbs[] = {
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
	{ "completion", "make your shell complete all this: bash, zsh, fish", zt_cmd_completion },
};

const size_t zt_cli_verb_count = ZT_COUNT(zt_cli_verbs);
