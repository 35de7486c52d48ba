"""
Owns what a Python value becomes as JSON text, and what is said about values that are not data.

None, bool, str, int, float, dict, list and tuple are what they look like. Sets become lists (sorted where
that is possible), dates and times ISO 8601 text, UUIDs text, enum members their value, dataclasses objects,
deques lists. NaN and infinities become null. Whole numbers beyond 2**53 - 1, which would lose digits, and
everything else are refused with the way to what was meant.
"""
import collections
import dataclasses
import datetime
import decimal
import enum
import json
import re
import types
import uuid

MOST_LEVELS = 500
MOST_WHOLE = 2**53 - 1
# Perhaps a whole number that is too large; looked at more closely then.
_MANY_DIGITS = re.compile(r"\d{16}")


class NotData(Exception):
    """The result cannot be data; the message says where and what to return instead."""


class _Special(Exception):
    """Something in the value needs a look of its own."""


def _special(_):
    raise _Special


def _dumps(value):
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_special)


def to_json(value):
    """JSON text of the value. Raises NotData."""
    try:
        text = _dumps(value)
        if _MANY_DIGITS.search(text) is None:
            return text
    except (_Special, ValueError, TypeError, RecursionError):
        pass
    return _dumps(_plain(value, "", 0))


def _at(where):
    return f"the result{where}" if where else "the result"


def _refuse(where, what, instead):
    raise NotData(f"{_at(where)} is {what}, which is not data; {instead}")


def _key(key, where):
    if isinstance(key, str):
        return str(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, (int, float)):
        return str(key)
    raise NotData(f"{_at(where)} has a key of type {type(key).__name__}; use text as keys")


def _number(value, where):
    if isinstance(value, float):
        return float(value) if value - value == 0 else None
    if -MOST_WHOLE <= value <= MOST_WHOLE:
        return int(value)
    shown = str(value) if abs(value) < 10**30 else "a very large number"
    raise NotData(
        f"{_at(where)} is the whole number {shown}, which is beyond {MOST_WHOLE} and would lose digits; "
        "return str(...) to keep them, or float(...)"
    )


def _set(value):
    try:
        return sorted(value)
    except TypeError:
        return list(value)


_KINDS = [
    ((bytes, bytearray, memoryview), "bytes", "use .decode() for text, or base64.b64encode(...).decode()"),
    (decimal.Decimal, "a Decimal", "use float(...) or str(...)"),
    (complex, "a complex number", "use its .real and .imag"),
    (datetime.timedelta, "a timedelta", "use .total_seconds()"),
    ((types.FunctionType, types.BuiltinFunctionType, types.MethodType), "a function", "call it"),
    (types.CoroutineType, "a coroutine", "write plain functions: there is nothing to await here"),
    ((types.GeneratorType, range, map, filter, zip, enumerate, reversed), "an iterator", "use list(...)"),
    (type, "a class", "return an instance's fields"),
    (types.ModuleType, "a module", "return a value"),
    (BaseException, "an exception", "use str(...)"),
]


def _plain(value, where, level):
    if level > MOST_LEVELS:
        raise NotData(f"{_at('')} is circular or nested too deeply")
    if value is None or value is True or value is False:
        return value
    if isinstance(value, enum.Enum):
        return _plain(value.value, where, level + 1)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (int, float)):
        return _number(value, where)
    if isinstance(value, dict):
        return {_key(k, where): _plain(v, f"{where}[{k!r:.60}]", level + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple, collections.deque)):
        return [_plain(v, f"{where}[{i}]", level + 1) for i, v in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return [_plain(v, where, level + 1) for v in _set(value)]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _plain(getattr(value, f.name), f"{where}.{f.name}", level + 1) for f in dataclasses.fields(value)
        }
    for kind, what, instead in _KINDS:
        if isinstance(value, kind):
            _refuse(where, what, instead)
    _refuse(where, f"an object of type {type(value).__name__}", "return dicts, lists, texts and numbers")
