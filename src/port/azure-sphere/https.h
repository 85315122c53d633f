/* HTTPS publish with the platform's libcurl and the device certificate, in the app's event loop: one POST at a time, to
 * /topics/<topic>?qos=1, the server verified. Only what libcurl 7.53 has is used. */
#ifndef ZT_PORT_AZURE_SPHERE_HTTPS_H
#define ZT_PORT_AZURE_SPHERE_HTTPS_H

#include <curl/curl.h>

#include <applibs/eventloop.h>

#include "zerotouch/message.h"
#include "zerotouch/reason.h"

enum { ZT_SPHERE_URL_MAX = 1024, ZT_SPHERE_POST_S = 20 };

typedef struct {
	zt_reason reason;  /* NONE when there was an answer; CLOSED: hung up without one */
	uint16_t http;     /* its status */
	const char *cause; /* libcurl's words, or "" */
} zt_sphere_answer;

typedef struct {
	/* Set by the caller, borrowed: */
	const char *host, *roots;
	uint16_t port;
	EventLoop *loop;
	void (*answered)(void *context, const zt_sphere_answer *answer);        /* may post again */
	void (*log)(void *context, char direction, const char *text, size_t n); /* '*', '>' or '<'; NULL: none */
	void *context;

	CURLM *multi;
	CURL *easy;
	EventRegistration *timer;
	int timer_fd; /* 0 while there is none */
	bool posting;
	char url[ZT_SPHERE_URL_MAX], trouble[CURL_ERROR_SIZE];
} zt_sphere_https;

/* curl_global_init must have been called. The struct must be zeroed but for what the caller sets. ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_sphere_https_init(zt_sphere_https *https);
void zt_sphere_https_deinit(zt_sphere_https *https);
/* The message is borrowed until `answered`. `fresh` opens a new connection: with it a new certificate takes effect.
 * ZT_E_STATE while another is under way; ZT_E_LIMIT, ZT_E_INVALID (message.h). */
ZT_NODISCARD zt_status zt_sphere_https_post(zt_sphere_https *https, const zt_message *message, bool fresh);

#endif
