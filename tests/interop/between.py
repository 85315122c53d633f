"""A man in the middle of the control plane: hands requests on byte for byte where they are signed, and their answers back, unless the
test wants something else to happen.

    with Between(world.control) as between:
        between.act = lambda exchange: exchange.reset() if exchange.operation == "CreateRole" else exchange.hand_on()
"""
import http.client
import http.server
import json
import os
import re
import socket
import struct
import threading
import urllib.parse

from world import DEADLINE_S


class Exchange:
    """One request, and what becomes of it. `status`, `answer_headers` and `answer` are there once it was forwarded."""

    def __init__(self, handler):
        self.handler, self.server = handler, handler.server
        self.method, self.target = handler.command, handler.path
        self.headers = handler.headers.items()
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.status, self.answer_headers, self.answer = None, None, None

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def service(self):
        """As it is signed: "iot"; None for what is not signed."""
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", self.header("authorization") or "")
        return scope and scope[1]

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def operation(self):
        """"iam:CreateRole", "logs:CreateLogGroup" where the request names it; otherwise "iot PUT /policies/…"."""
        if (self.header("content-type") or "").startswith("application/x-www-form"):
            return f"{self.service or 'sts'}:{self.form['Action']}"
        if target := self.header("x-amz-target"):
            return f"{self.service}:{target.split('.')[1]}"
        return f"{self.service} {self.method} {self.target}"

    # ---- what can be done with it

    def forward(self):
        connection = http.client.HTTPConnection(*self.server.to, timeout=DEADLINE_S)
        connection.putrequest(self.method, self.target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers:
            connection.putheader(name, value)
        connection.endheaders(self.body)
        answer = connection.getresponse()
        self.answer = answer.read()
        self.status, self.answer_headers = answer.status, answer.getheaders()
        connection.close()
        return self

    def reply(self):
        handler = self.handler
        handler.send_response_only(self.status)
        for name, value in self.answer_headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.answer)))
        handler.end_headers()
        handler.wfile.write(self.answer)

    def hand_on(self):
        self.forward()
        self.reply()

    def answer_with(self, status, body, **headers):
        """Something that never came from the control plane. Headers: x_amzn_requestid="…"."""
        self.status, self.answer = status, body if isinstance(body, bytes) else body.encode()
        self.answer_headers = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.reply()

    def refuse(self, status, code, message="on purpose", request_id="request-of-the-test", **headers):
        """An error in the form of the service."""
        if (self.header("content-type") or "").startswith("application/x-www-form"):
            space = "https://sts.amazonaws.com/doc/2011-06-15/" if self.service == "sts" else "https://iam.amazonaws.com/doc/2010-05-08/"
            self.answer_with(status, f'<ErrorResponse xmlns="{space}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}'
                             f"</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>", **headers)
        else:
            self.answer_with(status, json.dumps({"message": message}), x_amzn_errortype=code, x_amzn_requestid=request_id, **headers)

    def close(self):
        """Without an answer."""
        self.handler.close_connection = True

    def reset(self):
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.handler.connection.detach())
        self.handler.close_connection = True

    def reply_half(self):
        """A length is promised and half of it comes."""
        answer, self.answer = self.answer, self.answer[:len(self.answer) // 2]
        self.answer_headers = [pair for pair in self.answer_headers if pair[0].lower() not in ("content-length", "connection")]
        handler = self.handler
        handler.send_response_only(self.status)
        for name, value in self.answer_headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(max(len(answer), 2)))
        handler.end_headers()
        handler.wfile.write(self.answer)
        self.close()

    def hang(self):
        """No answer and no end, until the test is over."""
        self.server.over.wait(DEADLINE_S)
        self.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def act(self):
        exchange = Exchange(self)
        with self.server.lock:
            self.server.exchanges.append(exchange)
        self.server.act(exchange)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = act


class Between(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, control):
        super().__init__(("127.0.0.1", 0), Handler)
        host, port = control.removeprefix("http://").split(":")
        self.to, self.url = (host, int(port)), f"http://127.0.0.1:{self.server_port}"
        self.exchanges, self.act = [], Exchange.hand_on
        self.over, self.lock = threading.Event(), threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def __exit__(self, *of):
        self.over.set()
        self.shutdown()
        self.server_close()
