"""ZIP archives with the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

# The first moment that a ZIP archive can state: its bytes must not depend on the clock.
EARLIEST = (1980, 1, 1, 0, 0, 0)
READABLE_BY_ALL = 0o644 << 16


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files by their names as a ZIP archive, in the order of the names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE_BY_ALL
            entry.create_system = 3  # Unix, whatever the platform
            archive.writestr(entry, content)
    return buffer.getvalue()
