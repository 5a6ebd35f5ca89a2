from __future__ import annotations

from analysis.files.digests import digest


def test_a_digest_is_sha256_as_its_standard_prints_it() -> None:
    """FIPS 180-4, the example of one block."""
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("abc") == digest(b"abc") == expected


def test_text_is_taken_as_utf_8() -> None:
    assert digest("τ²") == digest("τ²".encode()) != digest("τ2")
