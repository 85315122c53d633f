/* In the manner of PrivateNetworkServices: Ethernet with a static address, its servers, and sockets on both sides of
 * the manifest. argv: a TCP port where somebody listens, and two ports to listen on. Prints the errno of each. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <applibs/log.h>
#include <applibs/networking.h>

static const char *Text(bool failed)
{
	return failed ? strerrorname_np(errno) : "0";
}

#define TELL(call) Log_Debug("%s %s\n", #call, Text((call) == -1))

static struct sockaddr_in Loopback(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_port = htons((uint16_t)atoi(port));
	inet_aton("127.0.0.1", &address.sin_addr);
	return address;
}

static void TellSocket(const char *what, int type, const char *port)
{
	struct sockaddr_in address = Loopback(port);
	int fd = socket(AF_INET, type, 0);
	bool failed = strcmp(what, "connect") == 0 ? connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1
						   : bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1;
	Log_Debug("%s %s\n", what, Text(failed));
	close(fd);
}

static void TellFamilies(void)
{
	struct addrinfo hints, *answer = NULL;
	int others = 0;
	memset(&hints, 0, sizeof(hints));
	hints.ai_flags = AI_PASSIVE;
	hints.ai_socktype = SOCK_STREAM;
	int result = getaddrinfo(NULL, "80", &hints, &answer);
	for (struct addrinfo *one = answer; one != NULL; one = one->ai_next) {
		others += one->ai_family != AF_INET;
	}
	freeaddrinfo(answer);
	Log_Debug("looked up %d, not of IPv4 %d\n", result, others);
}

static void TellResolver(void)
{
	unsigned char query[512];
	struct sockaddr_in resolver = Loopback("53");
	ns_msg message;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int n = res_mkquery(ns_o_query, "_http._tcp.local", ns_c_in, ns_t_ptr, NULL, 0, NULL, query, sizeof(query));
	Log_Debug("query of %d\n", ns_initparse(query, n, &message) == 0 ? ns_msg_count(message, ns_s_qd) : -1);
	Log_Debug("resolver %s\n",
		  Text(sendto(fd, query, (size_t)n, 0, (struct sockaddr *)&resolver, sizeof(resolver)) < 0));
	close(fd);
}

int main(int argc, char *argv[])
{
	Networking_NetworkInterface interfaces[4];
	Networking_IpConfig config;
	Networking_DhcpServerConfig dhcp;
	Networking_SntpServerConfig sntp;
	Networking_Interface_HardwareAddress mac;
	struct in_addr address, mask, gateway = { 0 };
	if (argc < 4) {
		return 2;
	}
	Networking_IpConfig_Init(&config);
	Networking_DhcpServerConfig_Init(&dhcp);
	Networking_SntpServerConfig_Init(&sntp);
	inet_aton("192.168.100.10", &address);
	inet_aton("255.255.255.0", &mask);
	TELL(Networking_DhcpServerConfig_SetLease(&dhcp, address, 1, mask, gateway, 24));
	TELL(Networking_DhcpServer_Start("eth0", &dhcp));
	Networking_IpConfig_EnableStaticIp(&config, address, mask, gateway);
	TELL(Networking_IpConfig_Apply("eth0", &config));
	TELL(Networking_DhcpServer_Start("eth0", &dhcp));
	TELL(Networking_SntpServer_Start("eth0", &sntp));
	TELL(Networking_GetHardwareAddress("eth0", &mac));
	TELL(Networking_SetHardwareAddress("eth0", mac.address, sizeof(mac.address)));
	TELL(Networking_SetHardwareAddress("wlan0", mac.address, sizeof(mac.address)));
	for (ssize_t i = 0, n = Networking_GetInterfaces(interfaces, 4); i < n; i++) {
		Log_Debug("%s: medium %u, type %u\n", interfaces[i].interfaceName, interfaces[i].interfaceMediumType,
			  interfaces[i].ipConfigurationType);
	}
	TellSocket("connect", SOCK_STREAM, argv[1]);
	TellSocket("bind TCP", SOCK_STREAM, argv[2]);
	TellSocket("bind TCP", SOCK_STREAM, argv[3]);
	TellSocket("bind UDP", SOCK_DGRAM, argv[2]);
	TellSocket("bind UDP", SOCK_DGRAM, argv[3]);
	Log_Debug("by name %s\n", gethostbyname("localhost") ? "found" : "not found");
	TellResolver();
	TellFamilies();
	return 0;
}
