/* Reading and writing more at once than libevent does: it writes only when the loop has come round and epoll said that
 * there is room, and reads one TLS record a turn. */
#ifndef ZT_NET_STREAM_H
#define ZT_NET_STREAM_H

#include <event2/bufferevent.h>
#include <stddef.h>

/* For the read callback of a TLS stream: what else has come, until its input holds `max` bytes or more. An end or an
 * error is told by the event callback, later. */
void zt_stream_fill(struct bufferevent *stream, size_t max);
/* Writes what `stream` has in its output, by TLS or plainly, as far as the socket takes it. Then its EV_WRITE is off
 * when nothing is left, and on when libevent shall do the rest (or find the error): whoever writes without flushing
 * must switch it on. */
void zt_stream_flush(struct bufferevent *stream);

#endif
