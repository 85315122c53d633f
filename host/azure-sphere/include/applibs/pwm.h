/* PWMs: hardware that is not here. EACCES without Pwm in the manifest, ENODEV with it. */
#ifndef APPLIBS_PWM_H
#define APPLIBS_PWM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned int PWM_ControllerId;
typedef uint32_t PWM_ChannelId;

typedef uint32_t PwmPolarity;
enum {
	PWM_Polarity_Normal,
	PWM_Polarity_Inversed,
};

typedef struct PwmState {
	unsigned int period_nsec;
	unsigned int dutyCycle_nsec;
	PwmPolarity polarity;
	bool enabled;
} PwmState;

int PWM_Open(PWM_ControllerId pwm);
int PWM_Apply(int pwmFd, PWM_ChannelId pwmChannel, const PwmState *newState);

#ifdef __cplusplus
}
#endif
#endif
