#include <applibs/sysevent.h>

#include <errno.h>
#include <stdlib.h>

#include "applibs/registration.h"
#include "common/grants.h"

EventRegistration *SysEvent_RegisterForEventNotifications(EventLoop *el, SysEvent_Events eventBitmask,
							  SysEvent_EventsCallback *callback, void *context)
{
	(void)context;
	errno = !zt_granted("capability", "SystemEventNotifications")                    ? EACCES
		: !el || !callback                                                       ? EFAULT
		: !eventBitmask || eventBitmask & ~(SysEvent_Events)SysEvent_Events_Mask ? EINVAL
											 : 0;
	EventRegistration *reg = errno ? NULL : calloc(1, sizeof *reg);
	if (reg)
		reg->fd = -1;
	return reg;
}

int SysEvent_UnregisterForEventNotifications(EventRegistration *reg)
{
	if (!reg)
		return zt_refuse(EFAULT);
	free(reg);
	return 0;
}

int SysEvent_Info_GetUpdateData(const SysEvent_Info *info, SysEvent_Info_UpdateData *update_info)
{
	return zt_refuse(info && update_info ? EINVAL : EFAULT);
}

int SysEvent_DeferEvent(SysEvent_Events event, uint32_t requested_defer_time_in_minutes)
{
	(void)event;
	(void)requested_defer_time_in_minutes;
	return zt_refuse(zt_granted("capability", "SoftwareUpdateDeferral") ? EINVAL : EACCES);
}

int SysEvent_ResumeEvent(SysEvent_Events event)
{
	return SysEvent_DeferEvent(event, 0);
}
