"""Certificates for tests: an authority of one's own, and servers' certificates from it, as files."""

from __future__ import annotations

from pathlib import Path

import trustme


class Authority:
    """An authority that keeps what it issues in a folder; `file` is what clients trust."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self._ca = folder, folder / "ca.pem", trustme.CA()
        self._ca.cert_pem.write_to_path(str(self.file))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of a server with this name."""
        made = self._ca.issue_cert(name)
        chain, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        for number, pem in enumerate(made.cert_chain_pems):
            pem.write_to_path(str(chain), append=number > 0)
        made.private_key_pem.write_to_path(str(key))
        return chain, key
