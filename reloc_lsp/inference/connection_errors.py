"""Why no connection to a model server was made, or why it broke off, as a sentence for the person who must act."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from reloc_lsp.inference.base_url import Address
from reloc_lsp.search.interfaces.language_model import ModelError


@dataclass(frozen=True, slots=True)
class ConnectionProblem:
    """A connection that failed: the error to raise, and whether a later attempt may succeed."""

    error: ModelError
    may_pass: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """The sentence for a failure that was caused by errors of all the classes named in `causes`."""

    causes: tuple[str, ...]
    sentence: str
    permanent: bool = False
    may_pass: bool = False


_CASES = (
    _Case(
        ("gaierror",),
        "The host {host} of {url} is not known. Check the base URL, and whether the network is there.",
        permanent=True,
    ),
    _Case(
        ("ConnectionRefusedError",),
        "Nothing listens at {url} (connection refused). Start the model server, or correct the base URL.",
        may_pass=True,
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
        may_pass=True,
    ),
)
"""The first that matches counts. Classes are compared by name: openai 1 and 2 use httpx, openai 3 uses httpx2."""

_BROKEN_OFF = _Case(
    (),
    "The connection to {url} broke off before the answer was whole. Look at the log of the model server.",
    may_pass=True,
)


def connection_error(error: Exception, address: Address, connect: float) -> ConnectionProblem:
    """What an `error` of the client means that is no answer of the server; `connect` is its timeout in seconds."""
    # TLS signals that it needs more bytes by an error, which is then in the history of errors of every other kind.
    causes = [cause for cause in causes_of(error) if not isinstance(cause, ssl.SSLWantReadError)]
    names = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    case = next((case for case in _CASES if names.issuperset(case.causes)), _BROKEN_OFF)
    # The name server did not answer; the host may be known after all.
    uncertain = any(isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN for cause in causes)
    sentence = case.sentence.format(url=address.url, host=address.host, connect=connect)
    model_error = ModelError(sentence, permanent=case.permanent and not uncertain)
    return ConnectionProblem(model_error, may_pass=case.may_pass or uncertain)


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all errors that led to it."""
    if error is None:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from causes_of(part)
    yield from causes_of(error.__cause__ or error.__context__)
