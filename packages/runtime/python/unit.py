"""
Owns one unit of a user's code in Python: compiled, called with its inputs, its result as JSON text, its output
captured, its exceptions told in the user's own lines. Does not read or write pipes (child.ts).

An answer is: mark, FIELD, log as JSON text or nothing, FIELD, body.
"""
import ast
import builtins
import io
import json

# Loaded before the memory is kept, so that importing them costs nothing.
import base64, bisect, calendar, contextlib, copy, csv, difflib, fractions, functools, hashlib, heapq, hmac
import html, itertools, math, operator, secrets, statistics, string, textwrap, typing, unicodedata
import urllib.parse, xml.etree.ElementTree, zoneinfo

FILE = "<code>"
FIELD = "\x1c"
MOST_MESSAGE = 2000
MOST_FRAMES = 20


class Log(io.TextIOBase):
    """What is printed by the running unit, cut at a limit. One object for all units: a library may keep it."""

    encoding = "utf-8"
    errors = "strict"

    def begin(self, limit):
        self.parts, self.size, self.limit, self.cut = [], 0, limit, False

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not self.cut:
            self.size += len(text)
            if self.size > self.limit:
                self.cut = True
                text = text[: len(text) - (self.size - self.limit)]
                text = f"{text}\n... cut at {self.limit} bytes (limit code.logBytes)"
            self.parts.append(text)
        return len(text)

    def take(self):
        text = "".join(self.parts)
        self.parts = []
        return "" if text == "" else json.dumps(text.removesuffix("\n"))


log = Log()
log.begin(0)


def _returns(body):
    """Whether a return of this function's own is in it."""
    open_nodes = list(body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Return):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            open_nodes.extend(ast.iter_child_nodes(node))
    return False


def _in_function(tree):
    """The code as the body of a function, without touching its text: return works, lines stay."""
    future = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    body = [s for s in tree.body if s not in future] or [ast.Pass()]
    none = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    function = ast.FunctionDef(name="_code", args=none, body=body, decorator_list=[], type_params=[])
    return ast.fix_missing_locations(ast.Module(body=[*future, function], type_ignores=[]))


class Program:
    """A source and what it was compiled to, by style."""

    def __init__(self, source):
        self.source = source
        self.styles = {}

    def compiled(self, style):
        known = self.styles.get(style)
        if known is None:
            tree = ast.parse(self.source, FILE)
            called = style in ("main", "function")
            deep, silent = reflective(tree), not called and not _returns(tree.body)
            if not called:
                tree = _in_function(tree)
            known = self.styles[style] = (compile(tree, FILE, "exec", dont_inherit=True), deep, silent)
        return known


_programs = {}


def define(number, source):
    _programs[number] = Program(source)


def forget(number):
    _programs.pop(number, None)


def _taken(function, args):
    """The arguments that it takes, by name."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & 8:
        return args
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return {name: value for name, value in args.items() if name in known}


def _call(names, style, inputs):
    if style == "function":
        entry = names.get(inputs["entry"])
        if not callable(entry):
            raise NotData(f"the code defines no function {inputs['entry']}")
        return entry(**_taken(entry, inputs["args"]))
    if style != "main":
        return names["_code"]()
    main = names.get("main")
    if not callable(main):
        raise NotData("the code defines no function main; write def main(...) with the names of the inputs")
    return main(**inputs)


def _names(style, inputs):
    names = {"__name__": "__main__", "__builtins__": builtins}
    if style == "item":
        names.update(_item=inputs["item"], _json=inputs["item"].get("json"), _index=inputs["index"])
    elif style == "items":
        names.update(_items=inputs["items"])
    return names


def _text_of(error):
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        return str(text)[:MOST_MESSAGE]
    except BaseException:
        return "an error without a message"


def _frames(error):
    found, at = [], error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        if code.co_filename == FILE:
            frame = [at.tb_lineno, "" if code.co_name in ("<module>", "_code") else code.co_name]
            if not found or found[-1] != frame:
                found.append(frame)
            if len(found) > MOST_FRAMES:
                del found[MOST_FRAMES // 2]
        at = at.tb_next
    if isinstance(error, SyntaxError) and error.filename == FILE:
        found.append([error.lineno or 0, ""])
    return found


def _explain(error, source):
    """The exception for people: what, where in their code, that line's text."""
    frames = _frames(error)
    lines = source.splitlines()
    told = {"name": type(error).__name__, "message": _text_of(error)}
    if frames:
        line = frames[-1][0]
        told["line"] = line
        told["text"] = lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
        told["trace"] = frames
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = f"{type(cause).__name__}: {_text_of(cause)}"
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        told["module"] = error.name[:200]
    if isinstance(error, SystemExit):
        told["message"] = repr(error.code)[:200]
    return json.dumps(told)


def _bytes(text):
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def run_unit(number, style, inputs, log_limit, most_bytes):
    program = _programs[number]
    log.begin(log_limit)
    names, seen = None, None
    try:
        code, deep, silent = program.compiled(style)
        seen = before(deep)
        given = json.loads(inputs)
        names = _names(style, given)
        exec(code, names)
        value = _call(names, style, given)
        if silent:
            raise NotData("the code returns nothing; end it with return, or with return None to give no item")
        body = to_json(value)
        mark = "o"
        if len(body) * 4 > most_bytes and (size := _bytes(body)) > most_bytes:
            mark, body = "l", str(size)
    except NotData as error:
        mark, body = "n", str(error)
    except MemoryError as error:
        # Without what holds the memory, there is enough of it to tell.
        error.__context__ = error.__cause__ = None
        frames = _frames(error)
        error.__traceback__ = None
        if names is not None:
            names.clear()
        mark, body = "m", str(frames[-1][0] if frames else 0)
    except BaseException as error:
        mark, body = "e", _explain(error, program.source)
        error.__traceback__ = None
    if names is not None:
        # Functions and their namespace hold each other.
        names.clear()
    after(seen, program.source)
    said = log.take()
    if not body.isascii():
        try:
            body.encode("utf-8")
        except UnicodeEncodeError:
            # Half of a pair: only escaped does it pass through UTF-8.
            body = json.dumps(json.loads(body), separators=(",", ":")) if mark == "o" else ascii(body)
    return f"{mark}{FIELD}{said}{FIELD}{body}"


def start():
    """Once in each process, before the first unit."""
    settle(log)
