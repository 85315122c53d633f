"""Answers against AWS's own API models: required members, types, unknown members, enumerations, patterns, lengths."""
import base64
import json
import os
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import botocore.loaders

MODELS = pathlib.Path(os.environ["ZT_VECTORS_DIR"]) / "botocore"


# Bodies that AWS sends although the model has none: captured answers of Publish.
UNMODELLED = ("Publish",)
# Members that the model's own words let be null.
NULLABLE = ("GetRetainedMessage.userProperties",)
# Services whose model in Debian's botocore has all that we use.
OF_BOTOCORE = ("logs",)


# Errors of every operation (AWS IoT, Lambda and IAM API references, "Common Errors"; what CloudWatch Logs says of a parameter).
COMMON = {
    "AccessDeniedException", "ForbiddenException", "UnrecognizedClientException", "InvalidSignatureException",
    "MissingAuthenticationTokenException", "ExpiredTokenException", "IncompleteSignatureException", "ThrottlingException",
    "UnknownOperationException", "InvalidParameterException",
    "AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken", "ExpiredToken", "IncompleteSignature",
    "InvalidAction", "ValidationError", "ServiceUnavailable"}


class Wrong(AssertionError):
    pass


class NoModel:
    """Stands in where the published models are not beside the project."""

    def check(self, operation, status, headers, body):
        pass

    def check_error(self, operation, code, status):
        pass


def model_of(service):
    if (MODELS / f"{service}.json").exists():
        return Model(json.loads((MODELS / f"{service}.json").read_text()))
    if service in OF_BOTOCORE:
        return Model(botocore.loaders.Loader().load_service_model(service, "service-2"))
    print(f"no published model of {service} in {MODELS}: its answers are not held to it")
    return NoModel()


class Model:
    def __init__(self, model):
        self.model = model
        self.protocol = self.model["metadata"]["protocol"]

    def shape(self, reference):
        return self.model["shapes"][reference["shape"]]

    def check(self, operation, status, headers, body):
        """A successful answer."""
        op = self.model["operations"][operation]
        if "output" not in op:
            if body not in (b"", b"{}") and self.protocol == "rest-json" and operation not in UNMODELLED:
                raise Wrong(f"{operation} has no output, got {body!r}")
            if self.protocol == "query":
                self.query_result(operation, body, None)
            return
        output = self.shape(op["output"])
        if self.protocol == "query":
            result = self.query_result(operation, body, op["output"]["resultWrapper"])
            self.xml_structure(operation, output, result)
            return
        self.rest_output(operation, output, status, headers, body)

    def rest_output(self, operation, output, status, headers, body):
        located = {name: m for name, m in output.get("members", {}).items() if m.get("location") in ("header", "statusCode")}
        for name, member in located.items():
            header = headers.get(member.get("locationName", name).lower())
            if member["location"] == "header" and header is not None:
                self.value(f"{operation}.{name}", member, header)
        if "payload" in output:
            payload = output["members"][output["payload"]]
            if self.shape(payload)["type"] == "structure":
                self.value(operation, payload, json.loads(body))
            return
        rest = dict(output, members={n: m for n, m in output.get("members", {}).items() if n not in located})
        self.structure(operation, rest, json.loads(body or b"{}"))

    def structure(self, where, shape, value):
        if not isinstance(value, dict):
            raise Wrong(f"{where}: not an object: {value!r}")
        members = {m.get("locationName", name): m for name, m in shape.get("members", {}).items()}
        for name in shape.get("required", []):
            if shape["members"][name].get("locationName", name) not in value:
                raise Wrong(f"{where}: {name} is missing in {value}")
        for name, member in value.items():
            if name not in members:
                raise Wrong(f"{where}: unknown member {name}")
            if member is None and f"{where}.{name}" in NULLABLE:
                continue
            self.value(f"{where}.{name}", members[name], member)

    def value(self, where, reference, value):
        shape = self.shape(reference)
        kind = shape["type"]
        if kind == "structure":
            self.structure(where, shape, value)
        elif kind == "list":
            self.expect(isinstance(value, list), where, value, "a list")
            for i, element in enumerate(value):
                self.value(f"{where}[{i}]", shape["member"], element)
        elif kind == "map":
            self.expect(isinstance(value, dict), where, value, "a map")
            for key, element in value.items():
                self.value(f"{where} key", shape["key"], key)
                self.value(f"{where}[{key}]", shape["value"], element)
        else:
            self.scalar(where, shape, value)

    def scalar(self, where, shape, value):
        kind = shape["type"]
        if kind == "string":
            self.text(where, shape, value)
        elif kind in ("integer", "long"):
            self.expect(isinstance(value, int) and not isinstance(value, bool), where, value, "an integer")
            self.expect(shape.get("min", value) <= value <= shape.get("max", value), where, value, "in range")
        elif kind in ("double", "float", "timestamp"):
            self.expect(isinstance(value, (int, float)) and not isinstance(value, bool), where, value, "a number")
        elif kind == "boolean":
            self.expect(isinstance(value, bool), where, value, "true or false")
        elif kind == "blob":
            base64.b64decode(value, validate=True)
        else:
            raise Wrong(f"{where}: no check for {kind}")

    def text(self, where, shape, value):
        self.expect(isinstance(value, str), where, value, "a string")
        self.expect(shape.get("min", 0) <= len(value) <= shape.get("max", len(value)), where, value, "of that length")
        self.expect(value in shape.get("enum", [value]), where, value, f"one of {shape.get('enum')}")
        if "pattern" in shape:
            pattern = shape["pattern"].replace("\\p{Z}", "\\s").replace("\\p{C}", r"\x00-\x1f\x7f")
            pattern = re.sub(r"\\p\{\w+\}", r"\\w", pattern)
            self.expect(re.fullmatch(pattern, value), where, value, f"like {shape['pattern']}")

    @staticmethod
    def expect(condition, where, value, what):
        if not condition:
            raise Wrong(f"{where}: {value!r} is not {what}")

    # ---- Query

    def local(self, element):
        space = "{" + self.model["metadata"]["xmlNamespace"] + "}"
        self.expect(element.tag.startswith(space), "namespace", element.tag, space)
        return element.tag[len(space):]

    def query_result(self, operation, body, wrapper):
        root = ElementTree.fromstring(body)
        self.expect(self.local(root) == f"{operation}Response", operation, root.tag, f"{operation}Response")
        children = {self.local(child): child for child in root}
        wanted = {"ResponseMetadata"} | ({wrapper} if wrapper else set())
        self.expect(set(children) == wanted, operation, set(children), wanted)
        return children.get(wrapper)

    def xml_structure(self, where, shape, element):
        members = {m.get("locationName", name): m for name, m in shape.get("members", {}).items()}
        seen = [self.local(child) for child in element]
        self.expect(len(seen) == len(set(seen)), where, seen, "without repetition")
        for name in shape.get("required", []):
            self.expect(shape["members"][name].get("locationName", name) in seen, where, seen, f"with {name}")
        for child in element:
            name = self.local(child)
            if name not in members:
                raise Wrong(f"{where}: unknown member {name}")
            self.xml_value(f"{where}.{name}", members[name], child)

    def xml_value(self, where, reference, element):
        shape = self.shape(reference)
        kind = shape["type"]
        if kind == "structure":
            self.xml_structure(where, shape, element)
        elif kind == "list":
            for child in element:
                self.expect(self.local(child) == "member", where, child.tag, "member")
                self.xml_value(f"{where}[]", shape["member"], child)
        elif kind in ("integer", "long"):
            self.scalar(where, shape, int(element.text))
        elif kind == "boolean":
            self.expect(element.text in ("true", "false"), where, element.text, "true or false")
        elif kind == "timestamp":
            self.expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.text), where, element.text, "ISO 8601")
        else:
            self.text(where, dict(shape, pattern=shape.get("pattern", "[\\s\\S]*")), element.text or "")

    # ---- errors

    def check_error(self, operation, code, status):
        """The error is one that the model gives the operation, or a common one, and its HTTP status the model's."""
        codes = {}
        for name, shape in self.model["shapes"].items():
            if shape.get("exception"):
                error = shape.get("error", {})
                codes[error.get("code", name)] = (name, error.get("httpStatusCode"))
        name, wanted = codes.get(code, (None, None))
        self.expect(wanted in (None, status), operation, status, f"{wanted} ({code})")
        declared = {reference["shape"] for reference in self.model["operations"][operation].get("errors", [])}
        self.expect(name in declared or code in COMMON, operation, code, f"one of {sorted(declared)}")
