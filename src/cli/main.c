#include <stdio.h>

#include "cli/output.h"
#include "cli/verbs.h"

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
	    zt_verbs_run("zerotouch", "Zero-touch onboarding of devices with a root of trust to AWS IoT Core.",
			 zt_cli_verbs, zt_cli_verb_count, argc, argv, &error);
	/* A plan with changes is an answer, not a failure; so are findings and a no. */
	if (status != ZT_OK && status != ZT_E_CHANGES && status != ZT_E_FINDINGS && status != ZT_E_NOT_ALLOWED)
		zt_output_error("zerotouch", status, &error, wants_json(argc, argv));
	if (fflush(stdout) != 0 && status == ZT_OK)
		status = ZT_E_IO;
	return zt_status_exit(status);
}
