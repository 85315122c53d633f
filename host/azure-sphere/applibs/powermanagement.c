#include <applibs/powermanagement.h>
#include <applibs/rtc.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "common/grants.h"

/* The system tells every app to end before it goes down. */
static int go_down(const char *control)
{
	return zt_granted("power", control) ? kill(getpid(), SIGTERM) : zt_refuse(EACCES);
}

int PowerManagement_ForceSystemReboot(void)
{
	return go_down("ForceReboot");
}

int PowerManagement_ForceSystemPowerDown(unsigned int maximum_residency_in_seconds)
{
	return maximum_residency_in_seconds ? go_down("ForcePowerDown") : zt_refuse(EINVAL);
}

int PowerManagement_SetSystemPowerProfile(PowerManagement_System_PowerProfile desired_profile)
{
	if (!zt_granted("power", "SetPowerProfile"))
		return zt_refuse(EACCES);
	return desired_profile <= PowerManagement_HighPerformance ? 0 : zt_refuse(EINVAL);
}

int clock_systohc(void)
{
	return zt_granted("capability", "SystemTime") ? 0 : zt_refuse(EACCES);
}
