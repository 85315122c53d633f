/* Runs a fuzz target over each file of a corpus folder, so that plain ctest replays it. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { INPUT_MAX = 1 << 20 };

static int replay(const char *folder, const char *name)
{
	static uint8_t input[INPUT_MAX];
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (!file)
		return 1;
	size_t n = fread(input, 1, sizeof input, file);
	(void)fclose(file);
	/* An exact-size copy lets the sanitizer see a read behind the end. */
	uint8_t *exact = malloc(n ? n : 1);
	if (!exact)
		return 1;
	memcpy(exact, input, n);
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	if (!folder) {
		(void)fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	unsigned files = 0;
	int failed = 0;
	for (struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.') {
			failed |= replay(argv[1], entry->d_name);
			files++;
		}
	(void)closedir(folder);
	(void)printf("%u inputs\n", files);
	/* An empty corpus would make the test pass without a look at anything. */
	return files ? failed : 1;
}
