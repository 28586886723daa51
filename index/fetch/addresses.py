"""Addresses that may be asked for: http or https, with a host, without a password.

Where they lead is the guard's concern; this is about how they are written.
"""

from __future__ import annotations

import contextlib

import httpx

from index.fetch.values import FetchError

MAX_URL_CHARS = 4000


def address_of(url: str) -> httpx.URL:
    """Return a URL that may be asked for, without its fragment. Raises FetchError."""
    try:
        address = httpx.URL(url.strip()[: MAX_URL_CHARS + 1])
        address = address.copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchError(f"{url[:200]} is not an address: check the spelling.") from error
    return _checked(address)


def joined(address: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads. Raises FetchError."""
    try:
        target = address.join(location[: MAX_URL_CHARS + 1]).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchError(f"{shown(address)} redirects to what is no address: tell its publisher.") from error
    return _checked(target)


def _checked(address: httpx.URL) -> httpx.URL:
    # A host with "%" was written with what is no part of a name: nobody need be asked for it.
    if address.scheme not in ("http", "https") or not address.host or "%" in address.host:
        raise FetchError(f"{shown(address)} is no web address: give one that begins with https://.")
    if len(str(address)) > MAX_URL_CHARS:
        raise FetchError(f"{str(address)[:200]}… is too long for an address: give a shorter one.")
    if address.userinfo:
        raise FetchError(f"{shown(address)} was given with a password: give it without.")
    with contextlib.suppress(ValueError):
        if address.port is None or 0 < address.port < 65536:
            return address
    raise FetchError(f"{shown(address)} has an impossible port: check the address.")


def origin(address: httpx.URL) -> str:
    """Return the site of an address, as in "https://news.example:8443"."""
    return f"{address.scheme}://{address.netloc.decode('ascii')}"


def shown(address: httpx.URL) -> str:
    """Return an address for a message: short, and never with a password."""
    return str(address.copy_with(userinfo=b""))[:200]
