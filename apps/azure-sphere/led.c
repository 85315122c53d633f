#include "led.h"

#include <stdio.h>

#include "zerotouch/json_view.h"

void Led_Set(Led *led, bool on)
{
	const char *word = on ? "ON" : "OFF";
	led->on = on;
	(void)snprintf(led->reported, sizeof led->reported, "{\"LED\":\"%s\"}", word);
	(void)snprintf(led->message, sizeof led->message, "{\"state\":{\"reported\":%s}}", led->reported);
}

bool Led_Take(Led *led, zt_view state)
{
	zt_view value, word;
	if (!zt_jv_member(state, "LED", &value) || !zt_jv_text(value, &word))
		return false;
	bool on = zt_view_equal(word, ZT_LIT("ON"));
	if (!on && !zt_view_equal(word, ZT_LIT("OFF")))
		return false;
	Led_Set(led, on);
	return true;
}
