"""Who keeps what where: custodians and stores of a manifest's institutions, opened when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.crypto.keyfile import KeyFile
from chartkey.crypto.passphrase import find_passphrase
from chartkey.custody.custodian import Custodian
from chartkey.custody.embedded import EmbeddedCustodian
from chartkey.errors import ChartkeyError, CustodianUnavailable

if TYPE_CHECKING:
    from chartkey.chain.manifest import InstitutionEntry
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.storage.store import Store

__all__ = ["Directory"]


class Directory:
    """The custodians that one connection can reach; each is opened once.

    Args:
        network: A connection whose manifest lists institutions.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._open: dict[str, Custodian] = {}
        self._stores: dict[str, Store] = {}

    def names(self) -> dict[str, str]:
        """Return the public names of the listed institutions by account. Never raises."""
        return {entry.address: entry.name for entry in self._network.manifest.institutions}

    def custodian(self, institution: str) -> Custodian:
        """Return an institution's custodian.

        Raises:
            CustodianUnavailable: the manifest does not list it, or it cannot be opened.
        """
        if institution not in self._open:
            entry = self._entry(institution)
            try:
                self._open[institution] = self._embedded(entry, self._keys(entry))
            except CustodianUnavailable:
                raise
            except ChartkeyError as err:
                # One member's broken folder or key file must not stop those who ask the next.
                raise CustodianUnavailable(institution=entry.name, problem=str(err)) from err
        return self._open[institution]

    def store(self, institution: str) -> Store:
        """Return an institution's content store, for reading ciphertext.

        Raises:
            CustodianUnavailable: the manifest does not list it, or the store cannot be opened.
        """
        from chartkey.storage import open_store

        if institution not in self._stores:
            entry = self._entry(institution)
            try:
                place = entry.store if "://" in entry.store else self._path(entry.store)
                self._stores[institution] = open_store(str(place))
            except ChartkeyError as err:
                raise CustodianUnavailable(institution=entry.name, problem=str(err)) from err
        return self._stores[institution]

    def others(self, *first: str | None) -> list[str]:
        """Return every listed institution, the given ones first. Never raises."""
        listed = self.names()
        wanted = [account for account in first if account in listed]
        return list(dict.fromkeys([*wanted, *listed]))

    def enrol(self, custodian: Custodian) -> None:
        """Use this custodian and its store for its institution."""
        self._open[custodian.institution] = custodian
        self._stores[custodian.institution] = custodian.store

    def _embedded(self, entry: InstitutionEntry, keys: Keys) -> EmbeddedCustodian:
        folder = self._network.manifest.locate(entry.custodian)
        store = self.store(entry.address)
        return EmbeddedCustodian(self._network, folder, keys, store, self.custodian)

    def _keys(self, entry: InstitutionEntry) -> Keys:
        if entry.keyfile is None:
            problem = "the manifest names no key file for it"
            raise CustodianUnavailable(institution=entry.name, problem=problem)
        path = self._network.manifest.locate(entry.keyfile)
        return KeyFile.open(path, find_passphrase(path))

    def _path(self, name: str) -> str:
        return str(self._network.manifest.locate(name))

    def _entry(self, institution: str) -> InstitutionEntry:
        entry = self._network.manifest.institution(institution)
        if entry is None:
            problem = "the manifest does not say where it is"
            raise CustodianUnavailable(institution=institution, problem=problem)
        return entry
