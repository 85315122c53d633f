/* Written against musl, as the device has it: extensions asked for after the first header, POSIX's strerror_r, strlcpy,
 * mathematics, a thread whose stack suffices on 32 bits. Prints what each gives. */
#include <pthread.h>

#define _GNU_SOURCE

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <applibs/applications.h>
#include <applibs/gpio.h>
#include <applibs/log.h>
#include <hw/mt3620_rdb.h>

#define DEEP (64 * 1024)

/* What a handshake takes of a 64-bit stack. */
static void *Work(void *context)
{
	volatile char deep[DEEP];
	memset((char *)deep, 1, sizeof(deep));
	*(int *)context = deep[DEEP - 1];
	return NULL;
}

static void TellThread(size_t stack)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int result = 0;
	pthread_attr_init(&attributes);
	int refused = pthread_attr_setstacksize(&attributes, stack);
	if (refused == 0 && pthread_create(&thread, &attributes, Work, &result) == 0) {
		pthread_join(thread, NULL);
	}
	Log_Debug("thread with %zu: %s, worked %d\n", stack, refused == 0 ? "0" : strerrorname_np(refused), result);
	pthread_attr_destroy(&attributes);
}

static const char *Text(bool failed)
{
	return failed ? strerrorname_np(errno) : "0";
}

static void TellClock(void)
{
	struct timespec long_ago = { .tv_sec = 1 };
	struct timeval the_same = { .tv_sec = 1 };
	Log_Debug("clock_settime %s\n", Text(clock_settime(CLOCK_REALTIME, &long_ago) != 0));
	Log_Debug("settimeofday %s\n", Text(settimeofday(&the_same, NULL) != 0));
	Log_Debug("still today %d\n", time(NULL) > 1000000000);
}

static void TellSendmsg(void)
{
	struct sockaddr_in elsewhere = { .sin_family = AF_INET,
					 .sin_port = htons(9),
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct iovec bytes = { "x", 1 };
	struct msghdr message = {
		.msg_name = &elsewhere, .msg_namelen = sizeof(elsewhere), .msg_iov = &bytes, .msg_iovlen = 1
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	Log_Debug("sendmsg %s\n", Text(sendmsg(fd, &message, 0) < 0));
	close(fd);
}

static void TellMemory(void)
{
	size_t before = Applications_GetTotalMemoryUsageInKB();
	void *block = malloc(100 * 1024);
	size_t with = Applications_GetTotalMemoryUsageInKB();
	free(block);
	Log_Debug("memory %d %d %d %d\n", before > 0 && before < 100, with - before >= 100 && with - before <= 101,
		  Applications_GetUserModeMemoryUsageInKB() == before,
		  Applications_GetPeakUserModeMemoryUsageInKB() == with);
}

int main(int argc, char *argv[])
{
	char text[64];
	(void)argv;
	TellMemory();
	Log_Debug("strerror_r %d %s\n", strerror_r(ENOENT, text, sizeof(text)), text);
	size_t copied = strlcpy(text, "abcdef", 4);
	Log_Debug("strlcpy %zu %s\n", copied, text);
	size_t joined = strlcat(text, "xyz", 6);
	Log_Debug("strlcat %zu %s\n", joined, text);
	Log_Debug("sqrt %.3f\n", sqrt((double)argc + 1));
	Log_Debug("long %d\n", sizeof(long));
	text[0] = (char)-1;
	Log_Debug("char %d\n", text[0]);
	TellThread(8 * 1024);
	TellThread(1024);
	TellClock();
	TellSendmsg();
	Log_Debug("listed GPIO %s\n",
		  Text(GPIO_OpenAsOutput(MT3620_RDB_LED1_RED, GPIO_OutputMode_PushPull, GPIO_Value_High) < 0));
	Log_Debug("another GPIO %s\n", Text(GPIO_OpenAsInput(MT3620_RDB_BUTTON_A) < 0));
	return 0;
}
