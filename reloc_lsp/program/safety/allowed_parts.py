"""The parts of the standard library that a model's code may use although its file does not: those that only compute.

A part is listed if it reaches no file, frame, process, clock, environment or code, makes no class and changes nothing
that outlives a call. A class is listed if that holds for its constructor; its methods are in `allowed_attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.program.safety.allowed_names import names

_TABLE = """
    __future__: annotations
    argparse: Action ArgumentError ArgumentTypeError Namespace ONE_OR_MORE OPTIONAL REMAINDER SUPPRESS ZERO_OR_MORE
    array: array typecodes
    ast: literal_eval
    base64: a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode b64decode b64encode
        b85decode b85encode decodebytes encodebytes standard_b64decode standard_b64encode urlsafe_b64decode
        urlsafe_b64encode
    binascii: Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 crc_hqx hexlify
        unhexlify
    bisect: bisect bisect_left bisect_right insort insort_left insort_right
    calendar: Calendar IllegalMonthError IllegalWeekdayError day_abbr day_name isleap leapdays month_abbr month_name
        monthcalendar monthrange timegm weekday
    cmath: acos acosh asin asinh atan atanh cos cosh e exp inf infj isclose isfinite isinf isnan log log10 nan nanj
        phase pi polar rect sin sinh sqrt tan tanh tau
    codecs: BOM BOM_BE BOM_LE BOM_UTF8 BOM_UTF16 BOM_UTF16_BE BOM_UTF16_LE BOM_UTF32 BOM_UTF32_BE BOM_UTF32_LE decode
        encode
    collections: ChainMap Counter OrderedDict UserDict UserList UserString abc defaultdict deque
    collections.abc: AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer ByteString Callable Collection
        Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping
        MutableSequence MutableSet Reversible Sequence Set Sized ValuesView
    colorsys: hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb
    contextlib: closing contextmanager nullcontext suppress
    copy: copy deepcopy
    csv: DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC excel excel_tab reader
        unix_dialect writer
    dataclasses: FrozenInstanceError MISSING asdict astuple fields is_dataclass replace
    datetime: MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo
    decimal: Clamped Decimal DecimalException DivisionByZero FloatOperation Inexact InvalidOperation Overflow
        ROUND_05UP ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded
        Subnormal Underflow
    difflib: Differ IS_CHARACTER_JUNK IS_LINE_JUNK Match SequenceMatcher context_diff diff_bytes get_close_matches
        ndiff restore unified_diff
    email.parser: BytesHeaderParser BytesParser HeaderParser Parser
    email.utils: collapse_rfc2231_value decode_rfc2231 encode_rfc2231 format_datetime formataddr getaddresses
        mktime_tz parseaddr parsedate parsedate_to_datetime parsedate_tz quote unquote
    errno: errorcode
    fnmatch: filter fnmatch fnmatchcase translate
    fractions: Fraction
    functools: cache cmp_to_key lru_cache partial reduce wraps
    graphlib: CycleError TopologicalSorter
    hashlib: blake2b blake2s md5 sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512 shake_128
        shake_256
    heapq: heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest
    hmac: compare_digest digest
    html: escape unescape
    http: HTTPStatus
    inspect: Parameter cleandoc isabstract isasyncgen isasyncgenfunction isawaitable isbuiltin isclass iscoroutine
        iscoroutinefunction isfunction isgenerator isgeneratorfunction ismethod ismodule isroutine
    io: BytesIO SEEK_CUR SEEK_END SEEK_SET StringIO UnsupportedOperation
    ipaddress: AddressValueError IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network
        NetmaskValueError collapse_addresses ip_address ip_interface ip_network summarize_address_range
    itertools: accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile
        filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest
    json: JSONDecodeError dumps loads
    keyword: iskeyword issoftkeyword
    math: acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2
        expm1 fabs factorial floor fma fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm
        ldexp lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt sumprod
        tan tanh tau trunc ulp
    ntpath: altsep basename commonpath commonprefix curdir dirname extsep isabs join normcase normpath pardir pathsep
        sep split splitdrive splitext splitroot
    numbers: Complex Integral Number Rational Real
    operator: abs add and_ attrgetter concat contains countOf delitem eq floordiv ge getitem gt iadd iand iconcat
        ifloordiv ilshift imatmul imod imul index indexOf inv invert ior ipow irshift is_ is_not isub itemgetter
        itruediv ixor le length_hint lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift setitem sub
        truediv truth xor
    os: PathLike altsep curdir devnull extsep fsdecode fsencode fspath linesep name pardir path pathsep sep
    os.path: altsep basename commonpath commonprefix curdir devnull dirname extsep isabs join normcase normpath pardir
        pathsep sep split splitdrive splitext splitroot
    pathlib: PurePath PurePosixPath PureWindowsPath
    posixpath: altsep basename commonpath commonprefix curdir dirname extsep isabs join normcase normpath pardir
        pathsep sep split splitdrive splitext splitroot
    pprint: pformat saferepr
    queue: Empty Full LifoQueue PriorityQueue Queue SimpleQueue
    re: A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match NOFLAG Pattern RegexFlag S U UNICODE VERBOSE X compile
        error escape findall finditer fullmatch match search split sub subn
    reprlib: repr
    shlex: join quote split
    stat: S_IFMT S_IMODE S_ISBLK S_ISCHR S_ISDIR S_ISFIFO S_ISLNK S_ISREG S_ISSOCK filemode
    statistics: NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean
        linear_regression mean median median_grouped median_high median_low mode multimode pstdev pvariance quantiles
        stdev variance
    string: Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable
        punctuation whitespace
    struct: Struct calcsize error iter_unpack pack pack_into unpack unpack_from
    sys.stderr: flush write
    sys.stdout: flush write
    sys: byteorder float_info getsizeof hash_info hexversion int_info intern maxsize maxunicode platform version_info
    textwrap: TextWrapper dedent fill indent shorten wrap
    tomllib: TOMLDecodeError loads
    types: EllipsisType MappingProxyType NoneType NotImplementedType SimpleNamespace
    typing: AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable
        BinaryIO Callable ClassVar Collection Concatenate Container ContextManager Coroutine Counter DefaultDict Deque
        Dict Final FrozenSet Generator Hashable IO ItemsView Iterable Iterator KeysView List Literal LiteralString
        Mapping MappingView Match MutableMapping MutableSequence MutableSet Never NoReturn Optional OrderedDict Pattern
        Reversible Self Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex
        SupportsInt SupportsRound TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeGuard TypeVar Union ValuesView
        assert_never assert_type cast get_args get_origin
    unicodedata: bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup
        mirrored name normalize numeric
    urllib.parse: ParseResult SplitResult parse_qs parse_qsl quote quote_from_bytes quote_plus unquote unquote_plus
        unquote_to_bytes urldefrag urlencode urljoin urlparse urlsplit urlunparse urlunsplit
    uuid: NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 UUID uuid3 uuid5
    warnings: warn
    zlib: adler32 compress compressobj crc32 decompress decompressobj error
"""


def _parsed(table: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, list[str]] = {}
    module = ""
    for word in table.split():
        if word.endswith(":"):
            module = word[:-1]
            found[module] = []
        else:
            found[module].append(word)
    return {name: frozenset(parts) for name, parts in found.items()}


ALLOWED_PARTS: Mapping[str, frozenset[str]] = _parsed(_TABLE)
"""The listed parts of each listed module."""

LISTED_MODULES: frozenset[str] = frozenset([*ALLOWED_PARTS, *(name.partition(".")[0] for name in ALLOWED_PARTS)])
"""The listed modules and the packages that hold them."""

ALLOWED_WITH_MODULE: Mapping[str, frozenset[str]] = _parsed("""
    logging: getLogger
    lxml.etree: Comment Element QName SubElement cleanup_namespaces indent iselement strip_attributes strip_elements
        strip_tags tostring tounicode
    numpy: abs absolute add all allclose amax amin any append arange arccos arccosh arcsin arcsinh arctan arctan2
        arctanh argmax argmin argpartition argsort argwhere around array array_equal array_split asarray
        ascontiguousarray atleast_1d atleast_2d atleast_3d average bincount bitwise_and bitwise_or bitwise_xor block
        bool_ broadcast_arrays broadcast_to cbrt ceil clip column_stack complex128 complex64 concatenate conj convolve
        copy copysign corrcoef cos cosh count_nonzero cov cross cumprod cumsum deg2rad degrees delete diag diagonal diff
        digitize divide dot dstack dtype e einsum empty empty_like equal exp exp2 expand_dims expm1 eye fabs finfo
        flatnonzero flip fliplr flipud float16 float32 float64 floating floor floor_divide fmax fmin fmod full full_like
        gradient greater greater_equal heaviside histogram hsplit hstack hypot identity iinfo imag in1d indices inf
        inner insert int16 int32 int64 int8 integer interp intersect1d isclose isfinite isin isinf isnan isreal isscalar
        issubdtype kron less less_equal lexsort linspace log log10 log1p log2 logical_and logical_not logical_or
        logical_xor logspace matmul max maximum mean median meshgrid min minimum mod moveaxis multiply nan nan_to_num
        nanmax nanmean nanmedian nanmin nanpercentile nanquantile nanstd nansum nanvar ndarray ndim newaxis nonzero
        not_equal number ones ones_like outer pad partition percentile pi power prod ptp quantile rad2deg radians ravel
        real reciprocal remainder repeat reshape resize result_type roll rollaxis rot90 round searchsorted select shape
        sign signbit sin sinh size sort split sqrt square squeeze stack std subtract sum swapaxes take tan tanh
        tensordot tile trace transpose trapezoid trapz tri tril triu true_divide trunc uint16 uint32 uint64 uint8
        union1d unique unravel_index var vdot vsplit vstack where zeros zeros_like
    numpy.linalg: LinAlgError cond det eig eigh eigvals eigvalsh inv lstsq matrix_rank norm pinv qr slogdet solve svd
    random: betavariate choice choices expovariate gammavariate gauss getrandbits lognormvariate normalvariate
        paretovariate randbytes randint random randrange sample shuffle triangular uniform vonmisesvariate
        weibullvariate
    regex: compile error escape findall finditer fullmatch match search split sub subn
    subprocess: list2cmdline
    six: binary_type integer_types iteritems iterkeys itervalues string_types text_type
    xml.etree.ElementTree: Comment Element QName SubElement indent iselement tostring tostringlist
""")
"""Parts that a model's code may use if its file imports the module: the file does the same already."""

FAMILIES = ("os.environ", "os.path", "time")
"""Parts of the standard library whose functions all have one power: a file that uses one may use the others."""

OF_ENVIRONMENT = names("os.getenv os.path.expandvars")
"""Parts that do what is done with `os.environ` under another name."""

CALLED_PARTS = names("functools.wraps operator.attrgetter operator.methodcaller")
"""Parts that may only be called, so that a rule can look at their arguments."""

CLASS_MAKERS = names("""
    abc.ABCMeta collections.namedtuple dataclasses.dataclass dataclasses.make_dataclass enum.Enum enum.EnumMeta
    enum.EnumType enum.Flag enum.IntEnum enum.IntFlag enum.StrEnum types.new_class typing.NamedTuple typing.NewType
    typing.TypedDict
""")
"""What makes a class at run time. A function may do so only if a function of its file does."""
