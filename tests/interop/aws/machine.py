"""What hands out credentials on a machine, in Python: STS, a container's address, the instance metadata service (version 2)."""
import hashlib
import http.server
import json
import re
import threading
import urllib.parse

EXPIRATION = "2099-01-31T12:00:00Z"
STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def keys_for(*what):
    """Keys that differ with everything that they were asked with: equal keys were asked for equally."""
    text = hashlib.sha256(json.dumps(what).encode()).hexdigest()
    return "ASIA" + text[:16].upper(), "secret/" + text[16:40], "token+" + text[40:]


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        body = body if isinstance(body, bytes) else body.encode()
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.command, self.path, headers, body))
        special = self.server.special.get(self.path)
        if special is not None:
            self.answer(*special)
        elif self.path == "/":
            self.sts(dict(urllib.parse.parse_qsl(body)), headers)
        elif self.path.startswith("/container"):
            self.answer(self.session(*keys_for("container", self.path, headers.get("authorization"))))
        elif self.path.startswith("/latest"):
            self.instance(headers)
        else:
            self.answer("", 404)

    do_GET = do_POST = do_PUT = do

    @staticmethod
    def session(access, secret, token, **more):
        return json.dumps({"AccessKeyId": access, "SecretAccessKey": secret, "Token": token, "Expiration": EXPIRATION, **more})

    def instance(self, headers):
        base = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/latest/api/token" and self.command == "PUT":
            assert 1 <= int(headers["x-aws-ec2-metadata-token-ttl-seconds"]) <= 21600
            self.answer("the-session-of-the-instance==")
        elif headers.get("x-aws-ec2-metadata-token") != "the-session-of-the-instance==":
            self.answer("", 401)
        elif self.path == base:
            self.answer("lab-role")
        elif self.path == base + "lab-role":
            self.answer(self.session(*keys_for("instance"), Code="Success", Type="AWS-HMAC"))
        elif self.path == "/latest/meta-data/placement/region":
            self.answer("ap-northeast-2")
        else:
            self.answer("", 404)

    def sts(self, form, headers):
        name = form["RoleSessionName"]
        signed = re.search(r"Credential=([^/]+)/", headers.get("authorization", ""))
        what = (form["Action"], form["RoleArn"], form.get("ExternalId"), form.get("DurationSeconds"), form.get("WebIdentityToken"),
                "its own" if re.match(r"(botocore-session|zerotouch)-\d+$", name) else name,
                signed and signed[1], headers.get("x-amz-security-token"))
        if form["RoleArn"].endswith("denied"):
            self.answer(f'<ErrorResponse xmlns="{STS}"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no, you may not'
                        f"</Message></Error><RequestId>request-of-sts</RequestId></ErrorResponse>", 403)
            return
        access, secret, token = keys_for(*what)
        action = form["Action"]
        self.answer(f'<{action}Response xmlns="{STS}"><{action}Result><Credentials><AccessKeyId>{access}</AccessKeyId>'
                    f"<SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>"
                    f"<Expiration>{EXPIRATION}</Expiration></Credentials></{action}Result>"
                    f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>")


class Machine(http.server.ThreadingHTTPServer):
    """`special`: path -> (body, status) in place of the proper answer."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.seen, self.special = [], {}
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
