#include <malloc.h>

#include "base/log.h"
#include "cloud/daemon/daemon.h"

/* A turn of many connections takes and gives back a megabyte: without this, each turn takes its pages from the kernel
 * anew. */
enum { FREE_MEMORY_KEPT = 16 << 20 };

static zt_status run(int argc, char **argv, zt_error *error)
{
	zt_settings settings;
	bool done = false;
	TRY(zt_settings_read(argc, argv, &settings, &done, error));
	if (done)
		return ZT_OK;
	zt_daemon *daemon;
	TRY(zt_daemon_new(&settings, &daemon, error));
	zt_status status = zt_daemon_run(daemon, error);
	zt_daemon_free(daemon);
	return status;
}

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	(void)mallopt(M_TRIM_THRESHOLD, FREE_MEMORY_KEPT);
	zt_status status = run(argc, argv, &error);
	if (status != ZT_OK)
		(void)fprintf(stderr, "zerotouch-cloud: %s\n", error.text[0] ? error.text : zt_status_text(status));
	return zt_status_exit(status);
}
