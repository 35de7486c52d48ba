/**
 * Owns the list of modules of Python that scripts may import: its standard library without what needs sockets,
 * processes or a terminal.
 */
export const PYTHON_MODULES: ReadonlySet<string> = new Set(
  (
    '__future__ abc aifc argparse array ast asyncio atexit audioop base64 bdb binascii bisect builtins ' +
    'bz2 cProfile calendar chunk cmath cmd code codecs codeop collections colorsys compileall concurrent ' +
    'configparser contextlib contextvars copy copyreg csv dataclasses datetime decimal difflib dis ' +
    'doctest email encodings enum errno faulthandler filecmp fileinput fnmatch fractions functools gc ' +
    'genericpath getopt getpass gettext glob graphlib gzip hashlib heapq hmac html http imghdr importlib ' +
    'inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox mailcap marshal ' +
    'math mimetypes modulefinder msilib netrc ntpath numbers opcode operator optparse os pathlib pdb ' +
    'pickle pickletools pipes pkgutil platform plistlib posixpath pprint profile pstats py_compile pyclbr ' +
    'pydoc pyexpat queue quopri random re reprlib rlcompleter runpy sched secrets shelve shlex shutil ' +
    'signal site sndhdr sqlite3 sre_compile sre_constants sre_parse stat statistics string stringprep ' +
    'struct sunau symtable sys sysconfig tabnanny tarfile tempfile textwrap threading time timeit token ' +
    'tokenize tomllib trace traceback tracemalloc types typing unicodedata unittest urllib uu uuid ' +
    'warnings wave weakref wsgiref xdrlib xml zipapp zipfile zipimport zlib zoneinfo'
  ).split(' '),
);
