/* The real-time clock. The machine's is not ours to set: EACCES without the capability SystemTime, success with it and
 * nothing done. */
#ifndef APPLIBS_RTC_H
#define APPLIBS_RTC_H

#ifdef __cplusplus
extern "C" {
#endif

int clock_systohc(void);

#ifdef __cplusplus
}
#endif
#endif
