/* A zip that somebody uploads: refused in words, or kept and opened; and nothing of it lies beside its folder. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "cloud/lambda/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { PATH_TEXT_MAX = 4096 };

static char folder[32], packages[64];

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void remove_folder(void)
{
	must(zt_path_remove(folder, NULL) == ZT_OK);
}

static void begin(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/zt-fuzz-XXXXXX");
	must(mkdtemp(folder) && atexit(remove_folder) == 0);
	(void)snprintf(packages, sizeof packages, "%s/packages", folder);
}

static unsigned entries(const char *path)
{
	unsigned count = 0;
	DIR *dir = opendir(path);
	must(dir != NULL);
	for (const struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_CLEANUP(zt_str_free) zt_str opened = ZT_STR(PATH_TEXT_MAX);
	zt_package package;
	zt_error error = { 0 };
	if (!folder[0])
		begin();
	must(mkdir(packages, 0700) == 0);
	if (zt_package_keep(packages, zt_view_make(bytes, n), &package, &error) == ZT_OK)
		must(zt_package_open(packages, package.sha256_hex, &opened, &error) == ZT_OK);
	else
		must(error.text[0]);
	must(entries(folder) == 1 && zt_path_remove(packages, NULL) == ZT_OK);
	return 0;
}
