"""
Owns that a unit of code leaves nothing behind for the next one, as far as that can be had in one interpreter.

After each unit: builtins, sys, the loaded modules, the environment, the working folder, the random seed and
the decimal context are as before. Units whose code can reach into modules (attributes that are set, reflection)
also have every module and every class of a module compared with what it was.

Not covered: what lies deeper inside objects of the standard library (a dialect that csv was taught, a locale).
None of this is a border against hostile code; the process is.
"""
import ast
import builtins
import decimal
import errno
import gc
import logging
import os
import random
import signal
import sys
import time
import warnings

BRIDGES = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip")
_HOME = "/tmp"
_HEAP_TYPE = 1 << 9

_REFLECTION = {
    "setattr", "delattr", "vars", "globals", "locals", "exec", "eval", "compile",
    "__import__", "__builtins__", "__loader__", "__spec__",
}
_HARMLESS = {"__name__", "__doc__", "__class__", "__init__", "__str__", "__repr__", "__len__", "__getitem__"}
_REFLECTIVE_MODULES = {"sys", "builtins", "importlib", "gc", "ctypes", "inspect", "types", "unittest"}


class _NoBridge:
    """Stands first among the finders: the way to JavaScript is closed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in BRIDGES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _imported(tree):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return names


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node


def _reflects(node, imported):
    if isinstance(node, ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            return node.attr.startswith("__") and node.attr not in _HARMLESS
        root = _root(node)
        return not isinstance(root, ast.Name) or root.id in imported
    if isinstance(node, ast.Name):
        return node.id in _REFLECTION
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
        modules = [node.module or ""]
    else:
        return False
    return any(name.startswith("_") or name.partition(".")[0] in _REFLECTIVE_MODULES for name in modules)


def reflective(tree):
    """Whether the code looks as if it could change a module or a class of the standard library."""
    imported = _imported(tree)
    return any(_reflects(node, imported) for node in ast.walk(tree))


_sleep = time.sleep


def _interruptible_sleep(seconds, /):
    """Sleeps in short pieces, so that the time limit is seen in between."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _sleep(min(left, 0.02))
        # The interpreter looks at the clock every so many steps.
        for _ in range(100):
            pass


def _no_process(command):
    """The interpreter breaks where the process may not start another one."""
    raise OSError(errno.ENOTSUP, "there are no processes here")


def settle(log):
    """Once in each process, after its memory was loaded: the state that every unit finds."""
    global _modules, _sys, _builtins, _environ, _filters
    for name in [name for name in sys.modules if name.partition(".")[0] in BRIDGES]:
        del sys.modules[name]
    # Code calls itself __main__; the real one knows the interpreter.
    sys.modules["__main__"] = type(sys)("__main__")
    ours = ("importlib", "zipimport", "_frozen_importlib")
    sys.meta_path[:] = [_NoBridge] + [f for f in sys.meta_path if str(f.__module__).startswith(ours)]
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = log
    time.sleep = _interruptible_sleep
    os.system = _no_process
    os.chdir(_HOME)
    os.environ.clear()
    os.environ.update({"HOME": _HOME, "TZ": "UTC", "LANG": "C.UTF-8"})
    _modules = dict(sys.modules)
    _environ = dict(os.environ._data)
    _filters = list(warnings.filters)
    _builtins = dict(builtins.__dict__)
    _sys = dict(sys.__dict__)
    # Processes that share a kept memory must differ in this.
    random.seed()
    _sys["path"], _sys["meta_path"], _sys["path_hooks"] = sys.path[:], sys.meta_path[:], sys.path_hooks[:]


def before(deep):
    """What has to be compared after a unit that may reach into modules."""
    if not deep:
        return None
    seen, classes = [], set()
    for module in [*sys.modules.values(), _this]:
        own = getattr(module, "__dict__", None)
        if type(own) is not dict:
            continue
        seen.append((own, own.copy()))
        # Those written in Python; classes of C cannot be changed.
        classes.update(c for c in own.values() if type(c) is type and c.__flags__ & _HEAP_TYPE)
    seen.extend((c, c.__dict__.copy()) for c in classes)
    return set(sys.modules), seen


def _restore(own, was):
    """A dict, or the attributes of a class, as they were."""
    if type(own) is dict:
        if own != was:
            own.clear()
            own.update(was)
        return
    now = dict(own.__dict__)
    if now == was:
        return
    for name in now:
        if name not in was:
            delattr(own, name)
    for name, value in was.items():
        if now.get(name, _modules) is not value and name not in ("__dict__", "__weakref__"):
            setattr(own, name, value)


def _reset_modules(loaded):
    if sys.modules == _modules:
        return
    known = _modules if loaded is None else loaded
    for name in [name for name in sys.modules if name not in known]:
        module = sys.modules[name]
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        standard = isinstance(origin, str) and origin.startswith(("/lib/", "built-in", "frozen"))
        if loaded is not None or not standard:
            del sys.modules[name]
        else:
            _modules[name] = module
    for name, module in _modules.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module


def _reset_sys():
    if builtins.__dict__ != _builtins:
        builtins.__dict__.clear()
        builtins.__dict__.update(_builtins)
    if sys.__dict__ != _sys:
        for name, value in _sys.items():
            if getattr(sys, name, _modules) != value:
                setattr(sys, name, value[:] if name in ("path", "meta_path", "path_hooks") else value)
    sys.setrecursionlimit(1000)
    sys.settrace(None)
    sys.setprofile(None)


def after(seen, source):
    """Puts everything back. `source` tells which libraries' settings are worth a look."""
    loaded = None if seen is None else seen[0]
    if seen is not None:
        for own, was in seen[1]:
            _restore(own, was)
    _reset_modules(loaded)
    _reset_sys()
    if os.environ._data != _environ:
        os.environ.clear()
        os.environ.update({name.decode(): value.decode() for name, value in _environ.items()})
    if "chdir" in source:
        os.chdir(_HOME)
    if "random" in source:
        random.seed()
    if "decimal" in source:
        decimal.setcontext(decimal.Context())
    if "logging" in source:
        logging.root.handlers.clear()
        logging.root.setLevel(logging.WARNING)
        logging.root.manager.loggerDict.clear()
        logging.disable(logging.NOTSET)
    if "warnings" in source:
        warnings.filters[:] = _filters
    if "signal" in source:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not gc.isenabled():
        gc.enable()
