/* In the manner of MutableStorage: a counter that survives; then everything that the manifest does not allow. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <applibs/log.h>
#include <applibs/storage.h>

static int ReadCounter(void)
{
	int value = 0, fd = Storage_OpenMutableFile();
	if (fd == -1) {
		Log_Debug("open: %s\n", strerror(errno));
		return -1;
	}
	ssize_t n = read(fd, &value, sizeof(value));
	close(fd);
	return n < (ssize_t)sizeof(value) ? 0 : value;
}

static void WriteCounter(int value)
{
	int fd = Storage_OpenMutableFile();
	if (write(fd, &value, sizeof(value)) != sizeof(value)) {
		Log_Debug("write: %s\n", strerror(errno));
	}
	close(fd);
}

static void Fill(void)
{
	static char block[4096];
	int fd = Storage_OpenMutableFile();
	size_t total = 0;
	ssize_t n;
	lseek(fd, 0, SEEK_SET);
	while ((n = write(fd, block, sizeof(block))) > 0) {
		total += (size_t)n;
	}
	Log_Debug("full at %zu: %s\n", total, strerror(errno));
	close(fd);
}

int main(int argc, char *argv[])
{
	int value = ReadCounter();
	if (value < 0) {
		return 3;
	}
	WriteCounter(value + 1);
	Log_Debug("counter %d\n", value + 1);
	if (argc > 1 && strcmp(argv[1], "fill") == 0) {
		Fill();
	}
	if (argc > 1 && strcmp(argv[1], "delete") == 0) {
		int first = Storage_DeleteMutableFile();
		int second = Storage_DeleteMutableFile();
		Log_Debug("delete %d %d %s\n", first, second, strerror(errno));
	}
	return 0;
}
