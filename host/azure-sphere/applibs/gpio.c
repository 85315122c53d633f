#include <applibs/gpio.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/grants.h"

enum { GPIOS = 81 };

/* A pin is one byte in a memory file, so its descriptor can be closed like any other; `open_inode` then tells that it
 * was. */
static struct {
	int fd;
	ino_t inode;
} pins[GPIOS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int is_open(GPIO_Id id)
{
	struct stat seen;
	return pins[id].inode && fstat(pins[id].fd, &seen) == 0 && seen.st_ino == pins[id].inode;
}

static int open_pin(GPIO_Id id, GPIO_Value_Type value)
{
	struct stat made;
	if (is_open(id))
		return zt_refuse(EBUSY);
	int fd = memfd_create("gpio", MFD_CLOEXEC);
	if (fd < 0 || fstat(fd, &made) != 0 || pwrite(fd, &value, 1, 0) != 1)
		return -1;
	pins[id].fd = fd;
	pins[id].inode = made.st_ino;
	return fd;
}

static int open_granted(GPIO_Id id, GPIO_Value_Type value)
{
	char number[16];
	(void)snprintf(number, sizeof number, "%d", id);
	if (!zt_granted("gpio", "any") && !zt_granted("gpio", number))
		return zt_refuse(EACCES);
	if (id < 0 || id >= GPIOS)
		return zt_refuse(ENODEV);
	pthread_mutex_lock(&lock);
	int fd = open_pin(id, value);
	pthread_mutex_unlock(&lock);
	return fd;
}

int GPIO_OpenAsInput(GPIO_Id gpioId)
{
	return open_granted(gpioId, GPIO_Value_High);
}

int GPIO_OpenAsOutput(GPIO_Id gpioId, GPIO_OutputMode_Type outputMode, GPIO_Value_Type initialValue)
{
	if (outputMode > GPIO_OutputMode_OpenSource || initialValue > GPIO_Value_High)
		return zt_refuse(EINVAL);
	return open_granted(gpioId, initialValue);
}

int GPIO_GetValue(int gpioFd, GPIO_Value_Type *outValue)
{
	if (!outValue)
		return zt_refuse(EFAULT);
	return pread(gpioFd, outValue, 1, 0) == 1 ? 0 : zt_refuse(EBADF);
}

int GPIO_SetValue(int gpioFd, GPIO_Value_Type value)
{
	if (value > GPIO_Value_High)
		return zt_refuse(EINVAL);
	return pwrite(gpioFd, &value, 1, 0) == 1 ? 0 : zt_refuse(EBADF);
}
