"""Arrow tables in the form in which rows are compared: see canonical.mjs."""

import base64
import math
import struct

import pyarrow as pa


def rows(table: pa.Table, columns: list[str]) -> list[dict]:
    by_name = {name.lower(): index for index, name in enumerate(table.column_names)}
    values = [column(table.column(by_name[name.lower()])) for name in columns]
    return [dict(zip(columns, row)) for row in zip(*values)]


def column(chunked: pa.ChunkedArray) -> list:
    return [value for chunk in chunked.chunks for value in array(chunk)]


def array(values: pa.Array) -> list:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return array(values.dictionary_decode())
    if pa.types.is_struct(kind):
        names = [kind.field(index).name for index in range(kind.num_fields)]
        parts = [array(part) for part in values.flatten()]
        found = zip(*parts) if parts else [()] * len(values)
        return [dict(zip(names, row)) if valid else None for row, valid in zip(found, validity(values))]
    if pa.types.is_map(kind):
        return lists(values, list(zip(array(values.keys), array(values.items))), True)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        is_map = pa.types.is_struct(kind.value_type) and {"key", "value"} == {
            kind.value_type.field(index).name for index in range(kind.value_type.num_fields)
        }
        items = array(values.values)
        if is_map:  # Polars has no maps.
            items = [None if item is None else (item["key"], item["value"]) for item in items]
        return lists(values, items, is_map)
    return [None if value is None else scalar(kind, value) for value in leaves(values)]


def validity(values: pa.Array) -> list[bool]:
    return values.is_valid().to_pylist()


def lists(values: pa.Array, items: list, is_map: bool) -> list:
    offsets = values.offsets.to_pylist()
    found = []
    for index, valid in enumerate(validity(values)):
        part = items[offsets[index] : offsets[index + 1]]
        if not valid:
            found.append(None)
        else:
            found.append(sorted(([key, value] for key, value in part), key=lambda pair: pair[0]) if is_map else part)
    return found


def leaves(values: pa.Array) -> list:
    kind = values.type
    if pa.types.is_timestamp(kind):
        assert kind.unit == "us", kind
        return values.cast(pa.int64()).to_pylist()
    if pa.types.is_date32(kind):
        return values.cast(pa.int32()).to_pylist()
    if pa.types.is_string_view(kind):
        return values.cast(pa.large_string()).to_pylist()
    if pa.types.is_binary_view(kind):
        return values.cast(pa.large_binary()).to_pylist()
    return values.to_pylist()


def scalar(kind: pa.DataType, value):
    if pa.types.is_boolean(kind) or isinstance(value, str):
        return value
    if pa.types.is_decimal(kind):
        return format(value, "f")
    if pa.types.is_floating(kind):
        return "NaN" if math.isnan(value) else struct.pack(">d", value).hex()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
