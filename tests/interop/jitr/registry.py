"""A registry of AWS IoT in memory, behind HTTP: the calls that the handler makes, as AWS's API models have them.

It keeps what the real service promises: certificates that are ACTIVE or attached cannot be deleted, CreateThing with another
configuration conflicts, RegisterThing applies its template or nothing of it.
"""
import http.server
import json
import re
import threading
import time
import urllib.parse

REGION = "us-east-1"
ACCOUNT = "123456789012"


class Refusal(Exception):
    def __init__(self, status, code, message=""):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def not_found(what):
    return Refusal(404, "ResourceNotFoundException", f"{what} does not exist")


def certificate_arn(certificate_id):
    return f"arn:aws:iot:{REGION}:{ACCOUNT}:cert/{certificate_id}"


def id_of(arn):
    return arn.rpartition("/")[2]


def resolve(value, parameters):
    """{"Ref": name} anywhere in a provisioning template."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return parameters[value["Ref"]]
        return {key: resolve(inner, parameters) for key, inner in value.items()}
    return value


class Registry:
    def __init__(self):
        self.lock = threading.Lock()
        self.certificates = {}  # id -> {"ca", "pem", "status", "created", "policies"}
        self.things = {}        # name -> {"type", "attributes", "version", "principals": {arn: exclusive}}
        self.policies = {"device-policy"}
        self.retained = {}      # topic -> payload
        self.calls = []         # names of operations, in order
        self.register_thing = True
        self.always_activates = False  # RegisterThing, whatever its OverrideSettings say
        self.clock = time.time()

    # What a test sets up and looks at.

    def add_certificate(self, certificate, status="PENDING_ACTIVATION", registered_ago_s=0):
        self.clock += 0.5
        self.certificates.setdefault(certificate.id, {"ca": certificate.ca_id, "pem": certificate.pem, "status": status,
                                                      "created": self.clock - registered_ago_s, "policies": set(),
                                                      "validity": certificate.validity})

    def active(self):
        return sorted(i for i, c in self.certificates.items() if c["status"] == "ACTIVE")

    def attached(self, name):
        return sorted(id_of(arn) for arn in self.things[name]["principals"])

    # Operations. Each is called with the lock held.

    def certificate(self, certificate_id):
        if certificate_id not in self.certificates:
            raise not_found("certificate")
        return self.certificates[certificate_id]

    def thing(self, name):
        if name not in self.things:
            raise not_found("thing")
        return self.things[name]

    def describe_certificate(self, certificate_id):
        it = self.certificate(certificate_id)
        return {"certificateDescription": {
            "certificateArn": certificate_arn(certificate_id), "certificateId": certificate_id, "caCertificateId": it["ca"],
            "status": it["status"], "certificatePem": it["pem"], "creationDate": it["created"],
            "validity": it["validity"]}}

    def list_by_ca(self, ca_id, query):
        """Three a page, so that there are pages."""
        begin = int(query.get("marker", 0))
        mine = sorted((it["created"], i) for i, it in self.certificates.items() if it["ca"] == ca_id)
        if query.get("isAscendingOrder") != "true":
            mine.reverse()
        page = [{"certificateArn": certificate_arn(i), "certificateId": i, "status": self.certificates[i]["status"],
                 "creationDate": created} for created, i in mine[begin:begin + 3]]
        return {"certificates": page, **({"nextMarker": str(begin + 3)} if begin + 3 < len(mine) else {})}

    def things_of(self, arn):
        self.certificate(id_of(arn))
        return {"things": sorted(name for name, it in self.things.items() if arn in it["principals"])}

    def update_certificate(self, certificate_id, status):
        self.certificate(certificate_id)["status"] = status

    def delete_certificate(self, certificate_id, force):
        it = self.certificate(certificate_id)
        if it["status"] == "ACTIVE":
            raise Refusal(406, "CertificateStateException", "it is ACTIVE")
        if any(certificate_arn(certificate_id) in thing["principals"] for thing in self.things.values()):
            raise Refusal(409, "DeleteConflictException", "Things must be detached before deletion")
        if it["policies"] and not force:
            raise Refusal(409, "DeleteConflictException", "Certificate policies must be detached before deletion")
        del self.certificates[certificate_id]

    def describe_thing(self, name):
        it = self.thing(name)
        return {"thingName": name, "thingTypeName": it["type"], "attributes": it["attributes"], "version": it["version"]}

    def create_thing(self, name, body):
        attributes = body.get("attributePayload", {}).get("attributes", {})
        there = self.things.get(name)
        if there and (there["attributes"], there["type"]) != (attributes, body.get("thingTypeName")):
            raise Refusal(409, "ResourceAlreadyExistsException", "another configuration")
        self.things.setdefault(name, {"type": body.get("thingTypeName"), "attributes": dict(attributes), "version": 1,
                                      "principals": {}})
        return {"thingName": name}

    def update_thing(self, name, body):
        it = self.thing(name)
        if body.get("expectedVersion") not in (None, it["version"]):
            raise Refusal(409, "VersionConflictException")
        payload = body.get("attributePayload", {})
        assert payload.get("merge") is True
        it["attributes"].update(payload["attributes"])
        it["type"] = body.get("thingTypeName", it["type"])
        it["version"] += 1

    def attach_principal(self, name, arn, exclusive):
        it = self.thing(name)
        self.certificate(id_of(arn))
        it["principals"][arn] = exclusive or it["principals"].get(arn, False)

    def detach_principal(self, name, arn):
        self.thing(name)["principals"].pop(arn, None)

    def attach_policy(self, policy, target):
        if policy not in self.policies:
            raise not_found("policy")
        self.certificate(id_of(target))["policies"].add(policy)

    def register(self, body):
        if not self.register_thing:
            raise Refusal(400, "ResourceRegistrationFailureException", "switched off")
        template = json.loads(body["templateBody"])
        assert set(template["Parameters"]) == set(body["parameters"])
        parts = {part["Type"]: part for part in template["Resources"].values()}
        thing, certificate, policy = (parts["AWS::IoT::" + kind] for kind in ("Thing", "Certificate", "Policy"))
        wanted = resolve(thing["Properties"], body["parameters"])
        certificate_id = resolve(certificate["Properties"], body["parameters"])["CertificateId"]
        policy_name = resolve(policy["Properties"], body["parameters"])["PolicyName"]
        self.certificate(certificate_id)
        if policy_name not in self.policies:
            raise Refusal(400, "ResourceRegistrationFailureException", "no such policy")
        name, overrides = wanted["ThingName"], thing["OverrideSettings"]
        there = self.things.get(name)
        if there and overrides["AttributePayload"] == "FAIL":
            raise Refusal(400, "ResourceRegistrationFailureException", "ResourceConflictsException")
        if there:
            there["attributes"].update(wanted["AttributePayload"])
            there["version"] += 1
            if overrides["ThingTypeName"] == "REPLACE":
                there["type"] = wanted["ThingTypeName"]
        else:
            self.create_thing(name, {"thingTypeName": wanted["ThingTypeName"],
                                     "attributePayload": {"attributes": wanted["AttributePayload"]}})
        self.attach_principal(name, certificate_arn(certificate_id), False)
        self.attach_policy(policy_name, certificate_arn(certificate_id))
        if certificate["OverrideSettings"]["Status"] == "REPLACE" or self.always_activates:
            self.update_certificate(certificate_id, certificate["Properties"]["Status"])
        return {"resourceArns": {}}


# Method, path, name, and what runs: groups of the path come first, then query, headers and body are to be had.
ROUTES = [
    ("GET", r"/certificates/([^/]+)", "DescribeCertificate", lambda r, q, i: r.describe_certificate(i)),
    ("PUT", r"/certificates/([^/]+)", "UpdateCertificate", lambda r, q, i: r.update_certificate(i, q.query["newStatus"])),
    ("DELETE", r"/certificates/([^/]+)", "DeleteCertificate",
     lambda r, q, i: r.delete_certificate(i, q.query.get("forceDelete") == "true")),
    ("GET", r"/certificates-by-ca/([^/]+)", "ListCertificatesByCA", lambda r, q, i: r.list_by_ca(i, q.query)),
    ("GET", r"/principals/things", "ListPrincipalThings", lambda r, q: r.things_of(q.headers["x-amzn-principal"])),
    ("POST", r"/things", "RegisterThing", lambda r, q: r.register(q.json)),
    ("GET", r"/things/([^/]+)", "DescribeThing", lambda r, q, n: r.describe_thing(n)),
    ("POST", r"/things/([^/]+)", "CreateThing", lambda r, q, n: r.create_thing(n, q.json)),
    ("PATCH", r"/things/([^/]+)", "UpdateThing", lambda r, q, n: r.update_thing(n, q.json)),
    ("GET", r"/things/([^/]+)/principals", "ListThingPrincipals",
     lambda r, q, n: {"principals": sorted(r.thing(n)["principals"])}),
    ("PUT", r"/things/([^/]+)/principals", "AttachThingPrincipal",
     lambda r, q, n: r.attach_principal(n, q.headers["x-amzn-principal"],
                                        q.query.get("thingPrincipalType") == "EXCLUSIVE_THING")),
    ("DELETE", r"/things/([^/]+)/principals", "DetachThingPrincipal",
     lambda r, q, n: r.detach_principal(n, q.headers["x-amzn-principal"])),
    ("PUT", r"/target-policies/([^/]+)", "AttachPolicy", lambda r, q, n: r.attach_policy(n, q.json["target"])),
    ("POST", r"/topics/([^/]+)", "Publish", lambda r, q, t: r.retained.update({t: q.body})),
]


class Request:
    def __init__(self, handler):
        path, _, query = handler.path.partition("?")
        self.path = path
        self.query = dict(urllib.parse.parse_qsl(query))
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("content-length", 0)))

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """Serves a registry. `before` and `after` are called with (name, number) around each operation; what they return, if
    anything, is the answer (status, headers, body)."""

    def __init__(self, registry):
        self.registry = registry
        self.before = self.after = lambda name, number: None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def do(self):
                status, headers, body = outer.answer(self.command, Request(self))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a handler that was killed leaves a broken pipe

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, method, request):
        assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        assert request.headers["x-amz-security-token"] == "session-token"
        with self.registry.lock:
            for verb, pattern, name, run in ROUTES:
                match = re.fullmatch(pattern, request.path)
                if verb != method or not match:
                    continue
                self.registry.calls.append(name)
                number = len(self.registry.calls)
                early = self.before(name, number)
                if early:
                    return early
                answer = self.run(run, request, [urllib.parse.unquote(group) for group in match.groups()])
                return self.after(name, number) or answer
        return 404, {"x-amzn-errortype": "UnknownOperationException"}, b"{}"

    def run(self, run, request, groups):
        try:
            result = run(self.registry, request, *groups)
        except Refusal as refusal:
            return (refusal.status, {"x-amzn-errortype": refusal.code},
                    json.dumps({"message": refusal.message}).encode())
        return 200, {"content-type": "application/json", "x-amzn-requestid": "r"}, json.dumps(result or {}).encode()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
