/* What is not in the manifest, and what a path must not be: prints the errno of each. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <applibs/adc.h>
#include <applibs/application.h>
#include <applibs/applications.h>
#include <applibs/certstore.h>
#include <applibs/eventloop.h>
#include <applibs/gpio.h>
#include <applibs/i2c.h>
#include <applibs/log.h>
#include <applibs/networking.h>
#include <applibs/powermanagement.h>
#include <applibs/pwm.h>
#include <applibs/rtc.h>
#include <applibs/spi.h>
#include <applibs/storage.h>
#include <applibs/sysevent.h>
#include <applibs/uart.h>
#include <applibs/wificonfig.h>
#include <tlsutils/deviceauth.h>
#include <tlsutils/deviceauth_curl.h>

static const char *Text(bool failed)
{
	return failed ? strerrorname_np(errno) : "0";
}

#define TELL(call) Log_Debug("%s = %s\n", #call, Text((call) == -1))
#define TELL_POINTER(call) Log_Debug("%s = %s\n", #call, Text((call) == NULL))

static void OnEvent(SysEvent_Events event, SysEvent_Status state, const SysEvent_Info *info, void *context)
{
	(void)event;
	(void)state;
	(void)info;
	(void)context;
}

static void OnIo(EventLoop *el, int fd, EventLoop_IoEvents events, void *context)
{
	(void)fd;
	(void)events;
	(void)context;
	TELL(EventLoop_Run(el, 0, true));
	EventLoop_Stop(el);
}

static void TellSockets(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4711) };
	struct addrinfo *answer = NULL;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	TELL(connect(fd, (struct sockaddr *)&address, sizeof(address)));
	TELL(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	Log_Debug("getaddrinfo(elsewhere) = %d\n", getaddrinfo("localhost", "80", NULL, &answer) == EAI_NONAME);
	close(fd);
}

static void TellLoop(void)
{
	EventLoop *el = EventLoop_Create();
	int pipes[2];
	if (pipe(pipes) != 0) {
		return;
	}
	EventRegistration *reg = EventLoop_RegisterIo(el, pipes[0], EventLoop_Input, OnIo, NULL);
	TELL_POINTER(EventLoop_RegisterIo(el, pipes[0], EventLoop_Input, OnIo, NULL));
	TELL_POINTER(EventLoop_RegisterIo(NULL, pipes[0], EventLoop_Input, OnIo, NULL));
	TELL_POINTER(EventLoop_RegisterIo(el, pipes[1], 0x40, OnIo, NULL));
	TELL_POINTER(EventLoop_RegisterIo(el, 999, EventLoop_Input, OnIo, NULL));
	TELL(EventLoop_Run(NULL, 0, true));
	Log_Debug("empty = %d\n", EventLoop_Run(el, 20, false));
	if (write(pipes[1], "x", 1) == 1) {
		Log_Debug("one = %d\n", EventLoop_Run(el, -1, false));
	}
	TELL(EventLoop_UnregisterIo(el, NULL));
	TELL(EventLoop_UnregisterIo(NULL, reg));
	TELL(EventLoop_UnregisterIo(el, reg));
	TELL_POINTER(SysEvent_RegisterForEventNotifications(el, SysEvent_Events_UpdateReadyForInstall, OnEvent, NULL));
	EventLoop_Close(el);
}

int main(void)
{
	UART_Config uart;
	SPIMaster_Config spi;
	Networking_InterfaceConnectionStatus status;
	Networking_NetworkInterface interfaces[2];
	bool ready = true;
	int output = -1;
	GPIO_Value_Type value = 9;
	UART_InitConfig(&uart);
	SPIMaster_InitConfig(&spi);
	TELL(Log_Debug(NULL));
	TELL(Storage_OpenMutableFile());
	TELL(Storage_DeleteMutableFile());
	TELL(Storage_OpenFileInImagePackage("/bin/app"));
	TELL(Storage_OpenFileInImagePackage("./app"));
	TELL(Storage_OpenFileInImagePackage("a/../b"));
	TELL(Storage_OpenFileInImagePackage("nothing"));
	TELL_POINTER(Storage_GetAbsolutePathInImagePackage("nothing"));
	TELL_POINTER(Storage_GetAbsolutePathInImagePackage(NULL));
	TELL(open("/etc/ssl/certs/ca-certificates.crt", O_RDONLY));
	TELL(open("/tmp/written", O_WRONLY | O_CREAT, 0600));
	TELL_POINTER(fopen("/usr/share/ca-certificates/mozilla/Amazon_Root_CA_1.crt", "r"));
	TELL(Application_IsDeviceAuthReady(NULL));
	TELL(Application_IsDeviceAuthReady(&ready));
	Log_Debug("ready = %d\n", ready);
	Log_Debug("path = %d\n", DeviceAuth_GetCertificatePath() != NULL);
	Log_Debug("DeviceAuth_SslCtxFunc = %d\n", DeviceAuth_SslCtxFunc(NULL));
	TELL(Application_Connect("005180bc-402f-4cb3-a662-72937dbcde47"));
	TELL(Networking_IsNetworkingReady(NULL));
	TELL(Networking_GetInterfaceConnectionStatus("eth9", &status));
	TELL(Networking_GetInterfaceConnectionStatus("wlan0", &status));
	TELL(Networking_GetInterfaces(interfaces, 0));
	TELL(Networking_GetInterfaces(interfaces, 2));
	TELL(Networking_SetInterfaceState("wlan0", true));
	TELL(Networking_TimeSync_SetEnabled(true));
	TELL(GPIO_OpenAsInput(1));
	TELL(output = GPIO_OpenAsOutput(9, GPIO_OutputMode_PushPull, GPIO_Value_High));
	TELL(GPIO_GetValue(output, &value));
	TELL(UART_Open(0, &uart));
	TELL(SPIMaster_Open(0, 0, &spi));
	TELL(I2CMaster_Open(0));
	TELL(ADC_Open(0));
	TELL(PWM_Open(0));
	TELL(clock_systohc());
	TELL(CertStore_GetCertificateCount());
	TELL(WifiConfig_GetStoredNetworkCount());
	TELL(PowerManagement_ForceSystemReboot());
	Log_Debug("memory = %d\n", Applications_GetTotalMemoryUsageInKB() > 0);
	TellSockets();
	TellLoop();
	return 0;
}
