"""Which names of the standard library, and of a few well-known packages, give code which power."""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.program.powers.kinds import PowerKind


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PATHS: Mapping[PowerKind, str] = {
    "programs": """
        subprocess os.system os.popen os.posix_spawn os.posix_spawnp os.execl os.execle os.execlp os.execlpe
        os.execv os.execve os.execvp os.execvpe os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve
        os.spawnvp os.spawnvpe os.startfile pty webbrowser asyncio.create_subprocess_exec
        asyncio.create_subprocess_shell asyncio.subprocess distutils ensurepip venv pip pexpect psutil sh
        plumbum invoke fabric
    """,
    "code": """
        builtins.eval builtins.exec builtins.compile builtins.__import__ importlib runpy imp pkgutil zipimport
        code codeop pickle _pickle cPickle marshal shelve copyreg dill cloudpickle jsonpickle yaml
        types.FunctionType types.LambdaType types.CodeType types.CellType types.new_class types.prepare_class
        dataclasses.make_dataclass typing.get_type_hints typing.ForwardRef logging.config timeit cProfile
        profile bdb pdb doctest trace annotationlib
    """,
    "native-code": "ctypes _ctypes cffi numba mmap",
    "interpreter": """
        sys gc inspect builtins faulthandler tracemalloc site sysconfig unittest pytest _pytest codecs.register
        codecs.register_error traceback.extract_stack traceback.walk_stack traceback.walk_tb
        traceback.StackSummary asyncio.current_task asyncio.all_tasks weakref.getweakrefs weakref.finalize
        symtable dis _testcapi _xxsubinterpreters _interpreters concurrent.interpreters
    """,
    "writes-files": """
        io.open io.FileIO io.open_code codecs.open gzip.open bz2.open lzma.open gzip.GzipFile bz2.BZ2File
        lzma.LZMAFile os.remove os.unlink os.rmdir os.removedirs os.mkdir os.makedirs os.rename os.renames
        os.replace os.link os.symlink os.truncate os.ftruncate os.chmod os.lchmod os.fchmod os.chown os.lchown
        os.fchown os.utime os.mknod os.mkfifo os.open os.fdopen os.write os.writev os.pwrite os.pwritev
        os.sendfile os.copy_file_range os.dup os.dup2 os.close os.closerange os.setxattr os.removexattr
        os.memfd_create builtins.open shutil tempfile zipfile tarfile sqlite3 dbm fileinput fcntl
        logging.FileHandler logging.basicConfig compileall py_compile plistlib.dump zipapp
    """,
    "reads-files": """
        os.listdir os.scandir os.walk os.fwalk os.stat os.lstat os.fstat os.statvfs os.read os.readv os.pread
        os.access os.readlink os.path os.getxattr os.listxattr glob filecmp linecache mimetypes netrc zoneinfo
        gettext pwd grp spwd tokenize.open pathlib.Path.cwd warnings.formatwarning warnings.showwarning
        importlib.resources importlib.metadata importlib.util.find_spec shutil.disk_usage shutil.which posixpath
        genericpath ntpath configparser.ConfigParser.read
    """,
    "network": """
        socket _socket socketserver ssl http urllib.request urllib.robotparser ftplib smtplib smtpd poplib
        imaplib nntplib telnetlib xmlrpc wsgiref logging.handlers asyncio.open_connection asyncio.start_server
        asyncio.open_unix_connection asyncio.start_unix_server requests httpx httpcore aiohttp urllib3
        websockets websocket paramiko boto3 botocore grpc zmq redis pymongo psycopg psycopg2 pymysql MySQLdb
        asyncpg dns pycurl
    """,
    "environment": """
        os platform resource getpass curses readline tty termios syslog locale.setlocale uuid.getnode uuid.uuid1
        email.utils.make_msgid sys.argv sys.executable sys.prefix sys.base_prefix sys.exec_prefix sys.stdin
        sys.orig_argv pathlib.Path.home os.path.expanduser os.path.expandvars time.tzset winreg msvcrt
    """,
    "globals": """
        decimal.setcontext decimal.getcontext decimal.DefaultContext contextvars warnings.filterwarnings
        warnings.simplefilter warnings.resetwarnings warnings.catch_warnings contextlib.redirect_stdout
        contextlib.redirect_stderr contextlib.chdir logging.disable logging.setLogRecordFactory
        logging.setLoggerClass csv.register_dialect csv.field_size_limit
    """,
    "attributes": "string.Formatter operator.attrgetter operator.methodcaller",
    "threads": """
        threading _thread concurrent.futures os.fork os.forkpty multiprocessing asyncio.to_thread
    """,
    "exit": """
        sys.exit os._exit os.abort os.kill os.killpg signal atexit builtins.exit builtins.quit
        builtins.SystemExit _thread.interrupt_main
    """,
    "clock": """
        time datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today
        email.utils.localtime email.utils.formatdate os.times
    """,
    "chance": "random secrets uuid.uuid4 os.urandom os.getrandom numpy.random",
}

_HARMLESS = """
    os.sep os.altsep os.extsep os.pathsep os.linesep os.curdir os.pardir os.devnull os.name os.error os.strerror
    os.PathLike os.fspath os.fsencode os.fsdecode os.stat_result os.DirEntry os.F_OK os.R_OK os.W_OK os.X_OK
    os.path.basename os.path.dirname os.path.join os.path.normpath os.path.normcase os.path.split os.path.splitext
    os.path.splitdrive os.path.splitroot os.path.isabs os.path.commonprefix os.path.commonpath os.path.sep
    os.path.altsep os.path.extsep os.path.pathsep os.path.curdir os.path.pardir
    posixpath.basename posixpath.dirname posixpath.join posixpath.normpath posixpath.split posixpath.splitext
    posixpath.isabs posixpath.commonpath posixpath.commonprefix posixpath.sep
    ntpath.basename ntpath.dirname ntpath.join ntpath.normpath ntpath.split ntpath.splitext ntpath.isabs
    ntpath.splitdrive ntpath.commonpath ntpath.sep
    sys.maxsize sys.maxunicode sys.float_info sys.int_info sys.hash_info sys.byteorder sys.version sys.version_info
    sys.platform sys.implementation sys.getsizeof sys.intern sys.getdefaultencoding sys.getrecursionlimit sys.exc_info
    sys.stdout sys.stderr sys.hexversion
    inspect.signature inspect.Signature inspect.Parameter inspect.BoundArguments inspect.cleandoc inspect.getdoc
    inspect.isabstract inspect.isasyncgen inspect.isasyncgenfunction inspect.isawaitable inspect.isbuiltin
    inspect.isclass inspect.iscoroutine inspect.iscoroutinefunction inspect.isdatadescriptor inspect.isfunction
    inspect.isgenerator inspect.isgeneratorfunction inspect.ismethod inspect.ismethoddescriptor inspect.ismodule
    inspect.isroutine
    time.struct_time time.strptime time.mktime time.timezone time.altzone time.tzname
    http.HTTPStatus http.HTTPMethod shutil.get_terminal_size codecs.BOM_UTF8 gzip.compress gzip.decompress
    bz2.compress bz2.decompress lzma.compress lzma.decompress random.Random multiprocessing.cpu_count
    signal.Signals socket.inet_aton socket.inet_ntoa socket.inet_pton socket.inet_ntop threading.Lock threading.RLock
    threading.local threading.get_ident builtins.print builtins.len yaml.safe_load yaml.safe_dump
"""
"""Parts of the names above that only compute."""

POWER_OF_PATH: Mapping[str, PowerKind | None] = {
    **{path: kind for kind, paths in _PATHS.items() for path in paths.split()},
    **dict.fromkeys(_HARMLESS.split()),
}
"""The power of a dotted path and of everything below it, unless a longer path says otherwise; `None`: no power."""

MODULES = frozenset(path.partition(".")[0] for path in POWER_OF_PATH)
"""The modules in `POWER_OF_PATH`."""

POWER_OF_BUILTIN: Mapping[str, PowerKind] = {
    "eval": "code", "exec": "code", "compile": "code", "__import__": "code", "__loader__": "code", "__spec__": "code",
    "__builtins__": "interpreter", "breakpoint": "interpreter", "help": "interpreter", "globals": "globals",
    "vars": "attributes", "input": "environment", "exit": "exit", "quit": "exit", "SystemExit": "exit",
    "KeyboardInterrupt": "exit",
}  # fmt: skip

_ATTRIBUTES: Mapping[PowerKind, str] = {
    "programs": """
        system popen Popen check_output check_call getoutput getstatusoutput startfile posix_spawn execv execve execvp
        spawnv create_subprocess_exec create_subprocess_shell
    """,
    "code": """
        exec_module load_module import_module find_spec runcode runsource __reduce__ __reduce_ex__ __setstate__
        __import__ __loader__
    """,
    "interpreter": """
        f_back f_builtins f_code f_globals f_locals f_trace gi_code gi_frame cr_code cr_frame ag_code ag_frame tb_frame
        tb_next __globals__ __builtins__ __closure__ __code__ __defaults__ __kwdefaults__ __subclasses__ __bases__
        __base__ __mro__ mro __self__ __func__ __wrapped__ __traceback__ print_stack get_stack co_code co_consts
        modules _getframe settrace setprofile __subclasshook__ __instancecheck__ __subclasscheck__ __weakref__
    """,
    "writes-files": """
        write_text write_bytes unlink rmdir mkdir touch symlink_to hardlink_to lchmod chmod makedirs rmtree tofile
        to_csv to_pickle to_parquet to_excel extractall
    """,
    "reads-files": "read_text read_bytes iterdir rglob is_file is_dir readlink listdir scandir",
    "network": "urlopen urlretrieve sendall sendto recv recvfrom connect_ex create_connection getaddrinfo",
    "environment": "environ getenv putenv",
    "attributes": "__dict__ __getattribute__ __getattr__ __setattr__ __delattr__ attrgetter methodcaller",
    "threads": "run_in_executor",
    "exit": "_exit killpg",
}

POWER_OF_ATTRIBUTE: Mapping[str, PowerKind] = {
    name: kind for kind, names in _ATTRIBUTES.items() for name in names.split()
}
"""The power of an attribute whatever it belongs to: the type of a value is not known."""

MUTATING_METHODS = _names("""
    add append appendleft clear difference_update discard extend extendleft insert intersection_update pop popitem
    popleft remove reverse rotate setdefault sort symmetric_difference_update update
""")
"""Methods by which builtin containers change."""

OPENING_FUNCTIONS = _names("open io.open codecs.open gzip.open bz2.open lzma.open")
"""Functions whose second argument is the mode in which a file is opened."""
