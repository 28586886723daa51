"""The address guard: a name is resolved once, every address it has is checked, and one of those is dialled.

Checking in one step and connecting in another would let a name answer differently in between (DNS
rebinding); that is why the check sits inside the network backend that httpcore connects with.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

from index.fetch.resolver import Resolve, Resolver
from index.fetch.values import FetchError

Clock = Callable[[], float]

# 32 MiB take half a second. A server that sends each byte in a chunk of its own, or interim responses without
# end, takes all the time that a request has, and from answers half of theirs.
COMPUTING_SECONDS = 5.0

# Not public although some Python versions call them global: carrier-grade NAT, protocol assignments (with
# Oracle's metadata server), 6to4 relays, Azure's metadata server; and RFC 9637's addresses for documentation,
# which are newer than Python 3.11. See https://www.iana.org/assignments/iana-ipv6-special-registry and
# https://www.iana.org/assignments/iana-ipv4-special-registry.
_REFUSED = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "3fff::/20",
    )
)
_NAT64 = ip_network("64:ff9b::/96")
# The only IPv6 addresses that have been given out for the public internet (RFC 4291, section 2.4). What later
# standards set aside elsewhere, as RFC 9602 did 5f00::/16 and RFC 9780 100:0:0:1::/64, is not among them.
_UNICAST = ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet; one that is wrapped in another counts."""
    found = ip_address(address)
    inner = _inner(found) or found
    if isinstance(inner, IPv6Address) and inner not in _UNICAST:
        return False
    return (
        inner.is_global
        and not inner.is_multicast
        and not inner.is_reserved
        and not any(inner in network for network in _REFUSED)
    )


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to (mapped, 6to4, NAT64)."""
    if isinstance(address, IPv4Address):
        return None
    translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or translated


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host, in the system's order of preference. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets no operation outlast the thread's deadline.

    `computed` tells how many seconds the thread has computed so far.
    """

    def __init__(
        self,
        allow_private: bool,
        resolve: Resolve = resolve,
        clock: Clock = time.monotonic,
        computed: Clock = time.thread_time,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = Resolver(resolve)
        self._clock = clock
        self._computed = computed
        self._dial = httpcore.SyncBackend()
        self._thread = threading.local()

    def set_deadline(self, moment: float) -> None:
        """Let everything that this thread does next end at a moment of the clock.

        Where that takes more than `COMPUTING_SECONDS` of computing, it ends sooner.
        """
        self._thread.deadline = moment
        self._thread.most_computed = self._computed() + COMPUTING_SECONDS

    def left(self, timeout: float | None) -> float:
        """Return how many seconds the next operation may take. Raises httpcore.ReadTimeout when none."""
        left: float = self._thread.deadline - self._clock()
        if left <= 0 or self._computed() > self._thread.most_computed:
            raise httpcore.ReadTimeout("the whole request took too long")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._checked(host, port, self.left(timeout))
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # a host with several addresses is up when one of them is
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise FetchError(f"{path} is no address on the network: give one that begins with https://.")

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.NetworkStream:
        stream = self._dial.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
        return _TimedStream(stream, self)

    def _checked(self, host: str, port: int, seconds: float) -> list[str]:
        try:
            addresses = self._resolver.addresses(host, port, seconds)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise FetchError(f"{host} is not known to the name service: check the spelling.") from error
        if not addresses:
            raise FetchError(f"{host} has no address: check the spelling.")
        private = [address for address in addresses if not is_public(address)]
        if private and not self._allow_private:
            at = "" if host == private[0] else f" is at {private[0]}, which"
            raise FetchError(
                f"{host}{at} is not on the public internet: "
                "set NEWS_FETCH_PRIVATE=true if the bot may read there."
            )
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every operation ends at the deadline of the thread that uses it."""

    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(stream, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
