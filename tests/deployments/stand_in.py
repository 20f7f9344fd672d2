"""A stand-in for Google's providers: their schema, and no cloud. Terraform talks to it and plans.

It speaks version 5 of Terraform's plugin protocol, as far as a plan needs it, in the process of the
test. What the real provider works out (ids, addresses, urls) is unknown in its plans.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import msgpack
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROVIDERS = ("google", "google-beta")
UNKNOWN = msgpack.ExtType(0, b"\0")  # of the encoding of values in Terraform
LIST = 2  # how blocks of a kind are kept together
LARGE = [("grpc.max_send_message_length", -1)]  # schemas have more than the 4 MB of gRPC

# Messages that are used, by field: number, type, and `*` where there are many.
_FIELDS = {
    "Nothing": {},
    "Value": {"msgpack": "1 bytes"},
    "Attribute": {
        "name": "1 string", "type": "2 bytes", "required": "4 bool", "optional": "5 bool",
        "computed": "6 bool",
    },
    "Nested": {
        "type_name": "1 string", "block": "2 Block", "nesting": "3 int64", "min_items": "4 int64",
        "max_items": "5 int64",
    },
    "Block": {"attributes": "2 Attribute*", "block_types": "3 Nested*"},
    "Schema": {"version": "1 int64", "block": "2 Block"},
    "Named": {"key": "1 string", "value": "2 Schema"},
    "Schemas": {"provider": "1 Schema", "resources": "2 Named*", "data": "3 Named*"},
    "Config": {"config": "1 Value"},
    "Asked": {"type_name": "1 string", "config": "2 Value"},
    "Change": {"type_name": "1 string", "proposed": "3 Value"},
    "Answer": {"value": "1 Value"},
}  # fmt: skip


def _messages() -> Mapping[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="stand_in.proto", package="stand_in", syntax="proto3"
    )
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, told in fields.items():
            number, kind = told.rstrip("*").split()
            is_message = kind in _FIELDS
            message.field.add(
                name=field,
                number=int(number),
                type=kinds.TYPE_MESSAGE if is_message else kinds.Type.Value(f"TYPE_{kind.upper()}"),
                type_name=f".stand_in.{kind}" if is_message else None,
                label=kinds.LABEL_REPEATED if told.endswith("*") else kinds.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"stand_in.{name}"))
        for name in _FIELDS
    }


@contextmanager
def providers(schema: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Runs the stand-in; yields the variable by which Terraform finds it."""
    server = grpc.server(ThreadPoolExecutor(4), options=LARGE)
    port = server.add_insecure_port("127.0.0.1:0")
    server.add_generic_rpc_handlers((_handlers(schema),))
    server.start()
    where = {
        "Protocol": "grpc",
        "ProtocolVersion": 5,
        "Pid": 1,  # not asked for: of a provider under test, Terraform ends nothing
        "Test": True,
        "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
    }
    names = {f"registry.terraform.io/hashicorp/{name}": where for name in PROVIDERS}
    try:
        yield {"TF_REATTACH_PROVIDERS": json.dumps(names)}
    finally:
        server.stop(None).wait()


def _handlers(schema: Mapping[str, Any]) -> grpc.GenericRpcHandler:
    of = _messages()

    def schemas(_request: Any, _context: Any) -> Any:
        settings = ("project", "region", "billing_project")
        arguments = {name: {"type": "string"} for name in settings}
        own = {"arguments": {**arguments, "user_project_override": {"type": "bool"}}}
        named = {
            kind: [
                of["Named"](key=name, value=of["Schema"](block=_block(of, one, is_root=True)))
                for name, one in schema[kind].items()
            ]
            for kind in ("resource", "data")
        }
        provider = of["Schema"](block=_block(of, own))
        return of["Schemas"](provider=provider, resources=named["resource"], data=named["data"])

    def same(request: Any, _context: Any) -> Any:
        return of["Answer"](value=request.config)

    def fine(_request: Any, _context: Any) -> Any:
        return of["Nothing"]()

    def planned(request: Any, _context: Any) -> Any:
        value = msgpack.unpackb(request.proposed.msgpack, strict_map_key=False)
        found = schema["resource"][request.type_name]
        left_open = [
            name
            for name, one in found["arguments"].items()
            if "type" in one and not one.get("required") and value[name] is None
        ]
        value |= dict.fromkeys([*left_open, *found["attributes"]], UNKNOWN)
        return of["Answer"](value=of["Value"](msgpack=msgpack.packb(value)))

    def read(request: Any, _context: Any) -> Any:
        value = msgpack.unpackb(request.config.msgpack, strict_map_key=False)
        found = schema["data"][request.type_name]["attributes"]
        value |= {name: "123456789012" for name, kind in found.items() if kind == "string"}
        return of["Answer"](value=of["Value"](msgpack=msgpack.packb(value)))

    calls = {
        "GetSchema": (schemas, "Nothing"),
        "PrepareProviderConfig": (same, "Config"),
        "Configure": (fine, "Nothing"),
        "ValidateResourceTypeConfig": (fine, "Asked"),
        "ValidateDataSourceConfig": (fine, "Asked"),
        "PlanResourceChange": (planned, "Change"),
        "ReadDataSource": (read, "Asked"),
        "Stop": (fine, "Nothing"),
    }
    return grpc.method_handlers_generic_handler(
        "tfplugin5.Provider",
        {
            name: grpc.unary_unary_rpc_method_handler(
                call,
                request_deserializer=of[asked].FromString,
                response_serializer=lambda answer: answer.SerializeToString(),
            )
            for name, (call, asked) in calls.items()
        },
    )


def _block(of: Mapping[str, Any], accepted: Mapping[str, Any], *, is_root: bool = False) -> Any:
    block = of["Block"]()
    for name, one in accepted["arguments"].items():
        is_required = one.get("required", False)
        if "type" in one:
            block.attributes.add(
                name=name,
                type=_type(one["type"]),
                required=is_required,
                optional=not is_required,
                computed=is_root and not is_required,
            )
        else:
            block.block_types.add(
                type_name=name,
                block=_block(of, one),
                nesting=LIST,
                min_items=int(is_required),
                max_items=one["most"] or 0,
            )
    for name, kind in accepted.get("attributes", {}).items():
        block.attributes.add(name=name, type=_type(kind), computed=True)
    return block


def _type(kind: str) -> bytes:
    """A type, in Terraform's JSON."""
    if kind.endswith(")"):
        outer, inner = kind[:-1].split("(", 1)
        return json.dumps([outer, json.loads(_type(inner))]).encode()
    return json.dumps("dynamic" if kind == "object" else kind).encode()
