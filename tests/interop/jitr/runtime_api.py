"""A minimal Runtime API of AWS Lambda: one event at a time to whoever asks for the next one."""
import http.server
import json
import queue
import re
import socket
import threading
import time

DEADLINE_S = 60


class RuntimeApi:
    def __init__(self):
        self.events = queue.Queue()
        self.outcomes = queue.Queue()  # (request id, kind, headers, body)
        self.idle = threading.Semaphore(0)  # once per `next`
        self.next_headers = {}
        self.seconds = 30
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def do_GET(self):
                assert self.path == "/2018-06-01/runtime/invocation/next", self.path
                outer.idle.release()
                number, event = outer.events.get()
                if self.is_gone():
                    outer.events.put((number, event))
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", f"request-{number}")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + outer.seconds) * 1000)))
                self.send_header("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
                self.send_header("Lambda-Runtime-Invoked-Function-Arn",
                                 "arn:aws:lambda:us-east-1:123456789012:function:jitr")
                for name, value in outer.next_headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def is_gone(self):
                """Whoever was killed while it waited, or just before it was heard, has closed: the event is not for it."""
                try:
                    return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
                except BlockingIOError:
                    return False
                except ConnectionError:
                    return True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                match = re.fullmatch(r"/2018-06-01/runtime/(?:invocation/([^/]+)/(response|error)|init/(error))", self.path)
                outer.outcomes.put((match[1], match[2] or "init", dict(self.headers), json.loads(body)))
                answer = b'{"status":"OK"}'
                self.send_response(202)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.http.server_port}"
        self.number = 0
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def send(self, event):
        """event: bytes, or anything that becomes JSON."""
        self.number += 1
        self.events.put((self.number, event if isinstance(event, bytes) else json.dumps(event).encode()))

    def outcome(self):
        return self.outcomes.get(timeout=DEADLINE_S)

    def close(self):
        self.http.shutdown()
        self.http.server_close()
