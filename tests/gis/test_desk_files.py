"""Files of cases: what each is, and how much of a picture is decoded."""

import io
import time

import pytest
from PIL import Image

from gis.desk.files import MOST_BYTES, read_file, read_upload
from gis.desk.pictures import MOST_POINTS_PNG
from gis.errors import FormatError


def png(width: int, height: int, mode: str = "1") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jpg", b"just words"),
        ("x.PNG", b"a,b\n1,2"),
        ("x.pdf", b"just words"),
        ("x.txt", b"GIF89a just words"),
        ("x", b"GIF87a"),
        ("x.txt", b"BM6"),
    ],
)
def test_a_text_that_is_called_or_begins_as_a_picture_is_refused(
    name: str, content: bytes
) -> None:
    with pytest.raises(FormatError) as refused:
        read_file(name, content)
    assert refused.value.key in ("desk.file_not_that", "desk.file_kind")
    assert name in refused.value.say("vi")


@pytest.mark.parametrize(
    ("name", "content", "kept", "media_type"),
    [
        ("x.txt", png(4, 4), "x.txt.png", "image/png"),
        ("x.png", png(4, 4), "x.png", "image/png"),
        ("a.exe", b"words", "a.exe.txt", "text/plain"),
        ("a.csv", b"a,b", "a.csv", "text/csv"),
        ("a.jpg", b"%PDF-1.7", "a.jpg.pdf", "application/pdf"),
    ],
)
def test_a_name_ends_as_what_the_file_is(
    name: str, content: bytes, kept: str, media_type: str
) -> None:
    found = read_file(name, content)
    assert (found.name, found.media_type) == (kept, media_type)


def test_a_file_may_have_twenty_million_bytes_and_no_more() -> None:
    whole = b"%PDF-" + bytes(MOST_BYTES - 5)
    assert len(read_file("a.pdf", whole).content) == 20_000_000
    with pytest.raises(FormatError, match="limit of 20 MB"):
        read_file("a.pdf", whole + b"x")


def test_a_picture_is_refused_by_its_points_with_name_size_and_limit() -> None:
    assert MOST_POINTS_PNG == 25_000_000
    read_file("a.png", png(5000, 5000))
    with pytest.raises(FormatError) as refused:
        read_file("a.png", png(5001, 5000))
    assert refused.value.say("vi").startswith("a.png: ảnh 5.001 x 5.000 điểm")
    bomb = bytearray(png(8, 8))
    bomb[16:24] = (60_000).to_bytes(4) * 2
    with pytest.raises(FormatError) as refused:
        read_file("b.png", bytes(bomb))
    assert "b.png" in refused.value.say("vi")
    assert "0 x 0" not in refused.value.say("vi")


def test_twenty_large_pictures_are_refused_before_any_is_decoded() -> None:
    one = png(4900, 4900)
    started = time.process_time()
    with pytest.raises(FormatError) as refused:
        read_upload([(f"{number}.png", one) for number in range(20)])
    assert refused.value.key == "desk.pictures_many"
    assert time.process_time() - started < 0.5
