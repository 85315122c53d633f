/* What this device reports: the state of an LED. A board has one under its own number; here it is a word, so that the
 * app needs no hardware definition. */
#ifndef LED_H
#define LED_H

#include <stdbool.h>

#include "zerotouch/view.h"

enum { LED_STATE_MAX = 32, LED_MESSAGE_MAX = 96 };

typedef struct {
	bool on;
	char reported[LED_STATE_MAX];  /* {"LED":"ON"} */
	char message[LED_MESSAGE_MAX]; /* {"state":{"reported":{"LED":"ON"}}} */
} Led;

void Led_Set(Led *led, bool on);
/* Takes {"LED":"ON"} or {"LED":"OFF"}. False when it says something else. */
bool Led_Take(Led *led, zt_view state);

#endif
