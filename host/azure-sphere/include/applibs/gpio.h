/* GPIOs. Each that the manifest allows is a bit in memory: an output reads back what was written, an input is high (a
 * button that nobody presses). -1 with errno: EACCES (not under Gpio in the manifest), EINVAL, EBUSY (open already),
 * EBADF, EFAULT. */
#ifndef APPLIBS_GPIO_H
#define APPLIBS_GPIO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int GPIO_Id;

typedef uint8_t GPIO_Value_Type;
typedef enum {
	GPIO_Value_Low = 0,
	GPIO_Value_High = 1,
} GPIO_Value;

typedef uint8_t GPIO_OutputMode_Type;
typedef enum {
	GPIO_OutputMode_PushPull = 0,
	GPIO_OutputMode_OpenDrain = 1,
	GPIO_OutputMode_OpenSource = 2,
} GPIO_OutputMode;

int GPIO_OpenAsInput(GPIO_Id gpioId);
int GPIO_OpenAsOutput(GPIO_Id gpioId, GPIO_OutputMode_Type outputMode, GPIO_Value_Type initialValue);
int GPIO_GetValue(int gpioFd, GPIO_Value_Type *outValue);
int GPIO_SetValue(int gpioFd, GPIO_Value_Type value);

#ifdef __cplusplus
}
#endif
#endif
