"""Fetching: everything that is read from the network comes through here, whoever named the address.

One `Fetcher` per process. It connects only to addresses that `guard` has checked, never to more of one host
than `politeness` allows, and reads no more than the caps in `FetchOptions`.
"""

from index.fetch.client import Fetcher
from index.fetch.values import Fetched, FetchError, FetchOptions

__all__ = ["FetchError", "FetchOptions", "Fetched", "Fetcher"]
