/* What systemd wants to hear of a service of Type=notify (sd_notify(3)); nothing happens where nobody listens. */
#ifndef ZT_AGENT_NOTIFY_H
#define ZT_AGENT_NOTIFY_H

#include <stdint.h>

/* One assignment a line: "READY=1\nSTATUS=connected". */
void zt_notify(const char *assignments);
/* "STATUS=<text>". */
void zt_notify_status(const char *text);
/* How often "WATCHDOG=1" must be said, with room to spare; 0: not at all. */
int64_t zt_notify_watchdog_ms(void);

#endif
