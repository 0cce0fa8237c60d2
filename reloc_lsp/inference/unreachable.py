"""Why a model server could not be reached or heard to the end, in a sentence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

from reloc_lsp.inference.base_url import Address
from reloc_lsp.search.language_model import ModelError


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a request failed: the error to raise, whether to send it `again`, and after how many seconds if told so.

    `status` is the HTTP status where there was one; `words` are the server's own without secrets, `body` is all it
    sent and may hold them.
    """

    error: ModelError
    again: bool = False
    after: float | None = None
    status: int | None = None
    words: str = ""
    body: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Case:
    """What to say where errors of all the classes named `kinds` led to the failure."""

    kinds: tuple[str, ...]
    sentence: str
    permanent: bool = False
    again: bool = False


_CASES = (
    _Case(
        ("gaierror",),
        "The host {host} of {url} is not known. Check the base URL, and whether the network is there.",
        permanent=True,
    ),
    _Case(
        ("ConnectionRefusedError",),
        "Nothing listens at {url} (connection refused). Start the model server, or correct the base URL.",
        again=True,
    ),
    _Case(
        ("SSLCertVerificationError",),
        "The certificate of {host} is not trusted on this machine, so nothing was sent to {url}. Have the certificate "
        "put right, or add it to those that this machine trusts.",
        permanent=True,
    ),
    _Case(
        ("SSLError", "ConnectError"),
        "{url} does not speak https as it should. If it is a plain server, write http:// instead.",
        permanent=True,
    ),
    _Case(
        ("ConnectTimeout",),
        "{url} cannot be reached: no connection within {connect:g} s. Check the base URL, and whether the network and "
        "the server are there.",
        again=True,
    ),
)
_BROKEN_OFF = _Case(
    (),
    "The connection to {url} broke off before the answer was whole. Look at the log of the model server.",
    again=True,
)


def unreached(error: Exception, address: Address, connect: float) -> Trouble:
    """What an error of the client says that is no answer of the server; `connect` is the bound in seconds on that."""
    # TLS asks for more bytes by way of an error, which then is in the history of errors of every other kind.
    causes = [cause for cause in _causes(error) if not isinstance(cause, ssl.SSLWantReadError)]
    kinds = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    case = next((case for case in _CASES if kinds.issuperset(case.kinds)), _BROKEN_OFF)
    # A name server that is out of reach for a moment says so; the host may be known after all.
    unsure = any(isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN for cause in causes)
    sentence = case.sentence.format(url=address.url, host=address.host, connect=connect)
    return Trouble(ModelError(sentence, permanent=case.permanent and not unsure), again=case.again or unsure)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it."""
    if error is None:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _causes(part)
    yield from _causes(error.__cause__ or error.__context__)
