"""Attributes that a model's code may use although its file does not: methods and data of types that only compute.

The type of a value is not known, so an attribute is listed by its name. A name is left out if any type of the standard
library that a function may meet does more than compute under it. Names that are listed for one type and are a power of
another are in `OTHER_MEANINGS`.
"""

from __future__ import annotations

from reloc_lsp.program.safety.allowed_names import names

_TEXT_AND_BYTES = """
    capitalize casefold cast center count decode encode endswith expandtabs find fromhex hex index isalnum isalpha
    isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip
    maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines
    startswith strip swapcase title translate upper zfill tobytes tolist frombytes fromlist itemsize typecode nbytes
"""
_NUMBERS = """
    adjusted as_integer_ratio as_tuple bit_count bit_length canonical compare compare_signal compare_total conjugate
    copy_abs copy_negate copy_sign denominator digits exp exponent fma from_bytes from_decimal from_float imag
    is_canonical is_finite is_infinite is_integer is_nan is_normal is_qnan is_signed is_snan is_subnormal is_zero
    limit_denominator ln log10 logb max_mag min min_mag max next_minus next_plus next_toward normalize number_class
    numerator quantize radix real remainder_near rotate same_quantum scaleb sign sqrt to_bytes to_eng_string to_integral
    to_integral_exact to_integral_value epsilon dig mant_dig
"""
_CONTAINERS = """
    add append appendleft clear copy default_factory difference difference_update discard elements extend extendleft
    from_iterable fromkeys get indices insert intersection intersection_update isdisjoint issubset issuperset items keys
    maps maxlen most_common move_to_end new_child parents pop popitem popleft remove reverse setdefault sort start step
    stop subtract symmetric_difference symmetric_difference_update total union update values
"""
_REGULAR_EXPRESSIONS = """
    end endpos expand findall finditer flags fullmatch group groupdict groupindex groups lastgroup lastindex match
    pattern pos re regs search span string sub subn
"""
_DATES = """
    combine date day days dst fold fromisocalendar fromisoformat fromordinal hour isocalendar isoformat isoweekday
    itermonthdates itermonthdays itermonthdays2 itermonthdays3 itermonthdays4 iterweekdays microsecond microseconds
    minute month monthdatescalendar monthdays2calendar monthdayscalendar resolution second seconds strftime strptime
    time timetuple timetz toordinal total_seconds tzinfo tzname utc utcoffset utctimetuple weekday year
    yeardatescalendar yeardays2calendar yeardayscalendar tm_year tm_mon tm_mday tm_hour tm_min tm_sec tm_wday tm_yday
"""
_PATHS_AND_ADDRESSES = """
    anchor as_posix as_uri drive is_absolute is_relative_to joinpath name parent parts relative_to root stem suffix
    suffixes with_name with_stem with_suffix with_segments full_match
    address_exclude broadcast_address compressed exploded hostmask hosts ipv4_mapped is_global is_link_local is_loopback
    is_multicast is_private is_reserved is_site_local is_unspecified max_prefixlen netmask network network_address
    num_addresses overlaps packed prefixlen reverse_pointer scope_id sixtofour subnet_of subnets supernet supernet_of
    teredo version with_hostmask with_netmask with_prefixlen
    fragment geturl hostname netloc params password path port query scheme url username
"""
_STREAMS = """
    close closed encoding errors flush getbuffer getvalue newlines read read1 readable readline readlines seek seekable
    tell truncate writable write writelines
"""
_RECORDS = """
    _asdict _field_defaults _fields _make _replace bytes bytes_le fields hex int urn variant value default type
    code errno strerror filename filename2 reason object msg doc lineno colno offset end_lineno end_offset
    characters_written st_atime st_ctime st_dev st_gid st_ino st_mode st_mtime st_mtime_ns st_nlink st_size st_uid
    major minor micro releaselevel serial phrase is_success is_error
    annotation arguments bind bind_partial empty kind parameters return_annotation signature apply_defaults
    choices dest help metavar nargs option_strings required const func keywords
"""
_SYNTAX_TREES = """
    arg asname attr bases body cases cls col_offset comparators context_expr ctx decorator_list defaults elt elts
    end_col_offset exc finalbody format_spec func generators guard handlers ifs is_async iter keywords kw_defaults
    kwarg kwd_attrs kwd_patterns kwonlyargs left level module op operand ops optional_vars orelse patterns posonlyargs
    returns right slice subject target targets test vararg
"""
_ARRAYS = """
    all any argmax argmin argpartition argsort astype clip conj cumprod cumsum diagonal dtype flat flatten hasobject
    names ndim nonzero prod ptp ravel reshape searchsorted shape squeeze std strides sum swapaxes take trace transpose
    var
"""
_TOOLS = """
    block_size compress decompress digest digest_size hexdigest iter_unpack pack pack_into size unpack unpack_from
    unconsumed_tail unused_data
    done empty full get_nowait get_ready is_active node predecessors prepare put put_nowait qsize static_order
    attrib findtext iter iterfind itertext tag tail text set
    betavariate choice expovariate gammavariate gauss getrandbits lognormvariate normalvariate paretovariate randbytes
    randint random randrange sample shuffle triangular uniform vonmisesvariate weibullvariate
    parsebytes parsestr
    cdf fill find_longest_match from_samples get_grouped_opcodes get_matching_blocks get_opcodes inv_cdf mean median
    mode overlap pdf quantiles quick_ratio ratio real_quick_ratio safe_substitute set_seq1 set_seq2 set_seqs stdev
    substitute template variance wrap zscore a b
    dialect fieldnames line_num writeheader writerow writerows
    critical debug error exception info isEnabledFor warning
"""

ALLOWED_ATTRIBUTES = names(
    _TEXT_AND_BYTES
    + _NUMBERS
    + _CONTAINERS
    + _REGULAR_EXPRESSIONS
    + _DATES
    + _PATHS_AND_ADDRESSES
    + _STREAMS
    + _RECORDS
    + _SYNTAX_TREES
    + _ARRAYS
    + _TOOLS
)
"""Attributes of builtin types and of the standard types whose classes or results are in `allowed_parts`."""

MUTATING_METHODS = names("""
    add append appendleft clear difference_update discard extend extendleft insert intersection_update pop popitem
    popleft remove reverse rotate setdefault sort subtract symmetric_difference_update update
""")
"""Methods by which builtin containers change."""

FILE_ONLY_ATTRIBUTES = names("""
    ag_await ag_code ag_frame co_code co_consts co_filename co_name co_names co_varnames cr_await cr_code cr_frame
    f_back f_builtins f_code f_generator f_globals f_lineno f_locals f_trace gi_code gi_frame gi_yieldfrom tb_frame
    tb_lasti tb_lineno tb_next cell_contents mro with_traceback print_stack get_stack findCaller stack_info
    _getframe _current_frames _exit addaudithook currentframe settrace setprofile exec_module import_module load_module
    module_from_spec find_spec fileno modules
    absolute chmod cwd exists expanduser glob hardlink_to home is_block_device is_char_device is_dir is_fifo
    is_file is_junction is_mount is_socket is_symlink iterdir lchmod lstat mkdir move copy_into move_into open owner
    read_bytes read_text readlink rename resolve rglob rmdir samefile stat symlink_to touch unlink walk write_bytes
    write_text rmtree makedirs removedirs listdir scandir system popen Popen check_output check_call environ environb
    getenv putenv urlopen urlretrieve sendall sendto recv recvfrom connect bind_socket
    asyncio atexit builtins codecs ctypes fcntl gc importlib inspect io linecache logging marshal multiprocessing
    os pathlib pickle platform posix pty resource runpy select shutil signal site socket ssl subprocess sys tempfile
    threading traceback tracemalloc unittest warnings weakref
    now today utcnow fromtimestamp utcfromtimestamp timestamp astimezone
    assert_any_call assert_called assert_called_once assert_called_once_with assert_called_with assert_has_calls
    assert_not_called call_args call_args_list call_count called configure_mock mock_calls reset_mock return_value
    side_effect
    getfixturevalue monkeypatch setattr delattr setenv delenv syspath_prepend addfinalizer
""")
"""Attributes that the rest of the project does not allow, only the file itself: they lead to frames, modules, files,
the environment, the clock or the test."""
