"""An HTTPS server that answers from a script, in Python's own TLS."""
import socket
import ssl
import threading

from world import DEADLINE_S


class Server:
    """Serves one connection an answer; the last answer for ever. Keeps what was asked and by whom."""

    def __init__(self, folder, answers, certificate="server", mutual=True):
        self.answers, self.requests, self.peers = list(answers), [], []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / f"{certificate}.pem", folder / f"{certificate}.key")
        self.context.load_verify_locations(folder / "root.pem")
        self.context.verify_mode = ssl.CERT_REQUIRED if mutual else ssl.CERT_NONE
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def read_request(self, stream):
        data = b""
        while b"\r\n\r\n" not in data:
            data += stream.recv(65536)
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += stream.recv(65536)
        return head, body

    def serve(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            raw.settimeout(DEADLINE_S)
            try:
                with self.context.wrap_socket(raw, server_side=True) as stream:
                    self.requests.append(self.read_request(stream))
                    self.peers.append(stream.getpeercert())
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    stream.sendall(answer)
                    stream.unwrap()
            except (ssl.SSLError, OSError):
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
