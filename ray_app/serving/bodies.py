"""Forms with files (multipart/form-data), part by part as they come in, each part within its limit.

Files are kept in memory, ZIP archives in a nameless file that vanishes with its process; nothing is left behind
whatever happens. Knows the form; what stands in a file is for others.
"""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from ray_app.serving.archives import is_zip
from ray_app.serving.body_limits import MIB
from ray_app.serving.names import display_name
from ray_app.serving.problems import Problem, ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """What a form may hold.

    Attributes:
        file_bytes: largest file.
        files: most files, archives included.
        archive_bytes: largest ZIP; 0 where one is a file like all others.
        fields: most fields that are no files.
        field_bytes: largest of them.
    """

    file_bytes: int
    files: int = 1
    archive_bytes: int = 0
    fields: int = 20
    field_bytes: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPart:
    """A field that is no file."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file; ``name`` is for people only, ``media_type`` is what the client claims."""

    field: str
    name: str
    media_type: str | None
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePart:
    """A ZIP, at its beginning; ``file`` is closed when the next part is asked for."""

    field: str
    name: str
    file: IO[bytes]


Part = FieldPart | FilePart | ArchivePart


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form with at most one file."""

    file: FilePart | None
    fields: dict[str, str]


async def read_form(request: Request, limits: PartLimits) -> Form:
    """Returns a form as a whole; its file stands in the field ``file``.

    Raises:
        Problem: as ``each_part``; or a field stands there twice, or the file under another name.
    """
    file: FilePart | None = None
    fields: dict[str, str] = {}
    async for part in each_part(request, limits):
        if isinstance(part, FilePart):
            if part.field != "file":
                raise _invalid(f"the file stands in the field {part.field!r}, not in `file`")
            file = part
        elif isinstance(part, FieldPart):
            if part.name in fields:
                raise _invalid(f"the field {part.name!r} stands there twice")
            fields[part.name] = part.value
    return Form(file=file, fields=fields)


async def each_part(request: Request, limits: PartLimits) -> AsyncIterator[Part]:
    """Yields the form's parts, each as soon as it is complete.

    Raises:
        Problem: no form, a damaged one, or more of something than the limits allow.
        ClientDisconnect: the client went away.
    """
    collector = _Collector(limits)
    parser = _parser(request, collector)
    try:
        async for chunk in request.stream():
            try:
                parser.write(chunk)
            except FormParserError as error:
                raise _invalid(f"the form is damaged: {error}") from None
            while collector.complete:
                part = collector.complete.popleft()
                yield part
                if isinstance(part, ArchivePart):
                    part.file.close()
        if not collector.ended:
            raise _invalid("the form ends too early")
    finally:
        collector.close()


def _parser(request: Request, collector: "_Collector") -> MultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise Problem(ServiceCode.UNSUPPORTED_MEDIA, f"the content type is {kind.decode('latin-1') or 'missing'}")
    if not options.get(b"boundary"):
        raise _invalid("the content type names no boundary")
    try:
        return MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": collector.part_begin,
                "on_header_field": collector.header_field,
                "on_header_value": collector.header_value,
                "on_header_end": collector.header_end,
                "on_headers_finished": collector.headers_finished,
                "on_part_data": collector.part_data,
                "on_part_end": collector.part_end,
                "on_end": collector.end,
            },
        )
    except FormParserError as error:
        raise _invalid(str(error)) from None


class _Collector:
    """Puts the parser's pieces together."""

    def __init__(self, limits: PartLimits) -> None:
        self._limits = limits
        self._files = self._fields = 0
        self.complete: deque[Part] = deque()
        self.ended = False
        self.part_begin()

    def part_begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value = b"", b""
        self._field, self._name, self._media_type = "", None, None
        self._data, self._size = bytearray(), 0
        self._spool: IO[bytes] | None = None

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def headers_finished(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise _invalid("a part of the form has no name")
        self._field = _text(options[b"name"])
        if b"filename" not in options:
            self._fields += 1
            if self._fields > self._limits.fields:
                raise _invalid(f"the form has more than {self._limits.fields} fields")
            return
        self._name = _text(options[b"filename"])
        self._media_type = _text(self._headers.get(b"content-type", b""))[:255] or None
        self._files += 1
        if self._files > self._limits.files:
            raise Problem(ServiceCode.TOO_MANY_ITEMS, f"the form has more than {self._limits.files} files")

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._spool is not None:
            self._spool.write(data[start:end])
        else:
            self._data += data[start:end]
            if self._name is not None and self._limits.archive_bytes and is_zip(self._data[:4]):
                self._spool = TemporaryFile()  # noqa: SIM115 -- part_end hands it on, close closes it
                self._spool.write(self._data)
                self._data = bytearray()
        if self._size > self._most():
            raise Problem(ServiceCode.BODY_TOO_LARGE, f"{self._called()} has more than {self._most() / MIB:g} MiB")

    def part_end(self) -> None:
        name = self._name
        if name is None:
            self.complete.append(FieldPart(name=self._field, value=_text(self._data)))
        elif self._spool is not None:
            self._spool.seek(0)
            self.complete.append(ArchivePart(field=self._field, name=display_name(name), file=self._spool))
            self._spool = None
        elif name or self._data:  # a browser sends neither where nobody has chosen a file
            self.complete.append(
                FilePart(
                    field=self._field, name=display_name(name), media_type=self._media_type, data=bytes(self._data)
                )
            )

    def end(self) -> None:
        self.ended = True

    def close(self) -> None:
        """Closes what nobody has taken."""
        for part in self.complete:
            if isinstance(part, ArchivePart):
                part.file.close()
        if self._spool is not None:
            self._spool.close()

    def _most(self) -> int:
        if self._name is None:
            return self._limits.field_bytes
        return self._limits.file_bytes if self._spool is None else self._limits.archive_bytes

    def _called(self) -> str:
        return f"the field {self._field!r}" if self._name is None else display_name(self._name)


def _text(data: bytes | bytearray) -> str:
    """Browsers send UTF-8 (RFC 7578, 5.1.2); what is none is shown somehow."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _invalid(message: str) -> Problem:
    return Problem(ServiceCode.INVALID_REQUEST, message)
