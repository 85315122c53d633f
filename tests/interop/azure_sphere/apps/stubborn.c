/* An app that does not end when told. */
#include <signal.h>
#include <unistd.h>

#include <applibs/log.h>

int main(void)
{
	signal(SIGTERM, SIG_IGN);
	Log_Debug("stubborn\n");
	for (;;) {
		pause();
	}
}
