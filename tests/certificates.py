"""Certificates for tests: an authority of one's own, made with `openssl`, and servers' certificates from it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority in a folder; `file` is what clients trust."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def found(self) -> Authority:
        """Make its key and its own certificate."""
        key = str(self.folder / "ca.key")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        _openssl("req", "-x509", *curve, "-keyout", key, "-out", str(self.file), "-subj", "/CN=Test authority", "-days", "2")
        return self

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of a server with this name."""
        stem = self.folder / name
        csr, key, ext, cert = (stem.with_name(f"{name}.{kind}") for kind in ("csr", "key", "ext", "pem"))
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        _openssl("req", *curve, "-keyout", str(key), "-out", str(csr), "-subj", f"/CN={name}")
        ext.write_text(f"subjectAltName=DNS:{name}\n")
        signed_by = ("-CA", str(self.file), "-CAkey", str(self.folder / "ca.key"), "-CAcreateserial")
        _openssl("x509", "-req", "-in", str(csr), *signed_by, "-out", str(cert), "-days", "2", "-extfile", str(ext))
        return cert, key
