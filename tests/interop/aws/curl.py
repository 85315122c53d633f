"""The transport over libcurl against Python's server: what goes out, what comes back, what is refused."""
import http.server
import os
import socket
import socketserver
import subprocess
import sys
import threading

from tls import Ca, wrap
from world import closed_port

PROGRAM = sys.argv[1]


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.command, self.path, headers, body, self.client_address))
        mode = self.server.mode
        if mode == "close":
            self.close_connection = True
            return
        if mode == "hang":
            self.server.release.wait(30)
            self.close_connection = True
            return
        answer = b"x" * 1001 if mode == "large" else b"hello"
        self.send_response(404 if mode == "refuse" else 200)
        self.send_header("X-Amzn-RequestId", "id-1")
        self.send_header("x-amzn-errortype", "Name:http://x")
        if mode == "redirect":
            self.send_header("location", "http://127.0.0.1:1/")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_POST = do_DELETE = do


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass

    def __init__(self, mode="", context=None):
        super().__init__(("127.0.0.1", 0), Answers)
        self.mode, self.seen, self.release = mode, [], threading.Event()
        self.origin = f"{'https' if context else 'http'}://localhost:{self.server_port}"
        if context:
            wrap(self, context)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __exit__(self, *of):
        self.release.set()
        self.shutdown()
        self.server_close()


def call(origin, method="GET", body="", deadline_ms=10000, repeat=1, **environment):
    done = subprocess.run([PROGRAM, origin, method, body, str(deadline_ms), str(repeat)], capture_output=True, text=True,
                          timeout=60, env={**{k: v for k, v in os.environ.items() if "AWS" not in k}, **environment})
    assert done.returncode == 0, done
    return done.stdout.splitlines()


def test_plain():
    with Server() as server:
        lines = call(server.origin, "POST", "{}", repeat=3)
        assert [line.strip() for line in lines] == ["ZT_OK 200 [id-1] [Name:http://x] hello"] * 3, lines
        method, path, headers, body, _ = server.seen[0]
        assert (method, path, body) == ("POST", "/a/../b%2Fc?x=%20", b"{}")
        assert headers["host"] == "named.example" and headers["x-test"] == "a  b"
        assert not set(headers) & {"expect", "accept", "accept-encoding", "content-type", "user-agent"}, headers
        assert len({seen[4] for seen in server.seen}) == 1, "one connection"


def test_bodies_of_every_method():
    with Server() as server:
        for method, body in (("PUT", ""), ("PUT", "x"), ("DELETE", ""), ("POST", "")):
            call(server.origin, method, body)
            assert server.seen[-1][0] == method and server.seen[-1][3] == body.encode()
            assert method == "DELETE" or server.seen[-1][2]["content-length"] == str(len(body))


def test_statuses_are_answers():
    for mode, status in (("refuse", 404), ("redirect", 200)):
        with Server(mode) as server:
            assert call(server.origin)[0].startswith(f"ZT_OK {status} ")


def test_failures():
    with Server("large") as server:
        assert call(server.origin)[0].startswith("ZT_E_LIMIT ")
    with Server("close") as server:
        assert call(server.origin)[0].startswith("ZT_E_CLOSED ")
    with Server("hang") as server:
        assert call(server.origin, deadline_ms=200)[0].startswith("ZT_E_TIMEOUT ")
    with closed_port() as closed:
        assert call(f"http://127.0.0.1:{closed}")[0].startswith("ZT_E_NETWORK ")
    assert call("file:///etc/passwd")[0].startswith("ZT_E_PROTOCOL ")


def test_tls_is_verified():
    ca, stranger = Ca(), Ca()
    with Server(context=ca.context()) as server:
        assert call(server.origin, AWS_CA_BUNDLE=str(ca.bundle))[0].startswith("ZT_OK 200 ")
        assert call(server.origin, AWS_CA_BUNDLE=str(stranger.bundle))[0].startswith("ZT_E_TLS ")
        assert call(server.origin)[0].startswith("ZT_E_TLS ")
        assert call(server.origin, AWS_CA_BUNDLE="/nonexistent")[0].startswith("ZT_E_TLS ")
    for context in (ca.context(host="elsewhere"), ca.context(days=-1)):
        with Server(context=context) as server:
            assert call(server.origin, AWS_CA_BUNDLE=str(ca.bundle))[0].startswith("ZT_E_TLS ")
            assert server.seen == []


class Proxy(socketserver.ThreadingTCPServer):
    """CONNECT alone, as libcurl asks for it; remembers where to."""
    daemon_threads = True
    allow_reuse_address = True

    class Tunnel(socketserver.StreamRequestHandler):
        def handle(self):
            line = self.rfile.readline().decode()
            while self.rfile.readline().strip():
                pass
            self.server.asked.append(line)
            host, port = line.split()[1].rsplit(":", 1)
            with socket.create_connection((host, int(port))) as beyond:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                there = threading.Thread(target=self.pump, args=(self.connection, beyond))
                there.start()
                self.pump(beyond, self.connection)
                there.join()

        @staticmethod
        def pump(one, other):
            try:
                while data := one.recv(65536):
                    other.sendall(data)
                other.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Tunnel)
        self.asked, self.url = [], f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


def test_https_goes_through_a_proxy_and_stays_verified():
    ca, stranger, proxy = Ca(), Ca(), Proxy()
    with Server(context=ca.context()) as server:
        port = server.server_port
        environment = {"HTTPS_PROXY": proxy.url, "no_proxy": "", "NO_PROXY": ""}
        assert call(server.origin, AWS_CA_BUNDLE=str(ca.bundle), **environment)[0].startswith("ZT_OK 200 ")
        assert proxy.asked == [f"CONNECT localhost:{port} HTTP/1.1\r\n"], proxy.asked
        assert call(server.origin, AWS_CA_BUNDLE=str(stranger.bundle), **environment)[0].startswith("ZT_E_TLS ")
        del proxy.asked[:]
        environment["NO_PROXY"] = environment["no_proxy"] = "localhost"
        assert call(server.origin, AWS_CA_BUNDLE=str(ca.bundle), **environment)[0].startswith("ZT_OK 200 ")
        assert proxy.asked == []
    proxy.shutdown()


for name, test in sorted(globals().copy().items()):
    if name.startswith("test_"):
        test()
        print("ok", name)
