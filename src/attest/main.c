#include "attest/daemon.h"

static zt_status run(int argc, char **argv, zt_error *error)
{
	zt_attest_settings settings;
	bool done = false;
	TRY(zt_attest_settings_read(argc, argv, &settings, &done, error));
	if (done)
		return ZT_OK;
	zt_attest_daemon *daemon;
	TRY(zt_attest_daemon_new(&settings, &daemon, error));
	zt_status status = zt_attest_daemon_run(daemon, error);
	zt_attest_daemon_free(daemon);
	return status;
}

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	zt_status status = run(argc, argv, &error);
	if (status != ZT_OK)
		(void)fprintf(stderr, "zerotouch-attest: %s\n", error.text[0] ? error.text : zt_status_text(status));
	return zt_status_exit(status);
}
