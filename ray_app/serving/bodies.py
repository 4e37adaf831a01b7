"""The parts of a form, one by one as they come in: files and fields, within limits. Nothing goes to disk.

Knows multipart; knows nothing of images, of batches, or of where parts are kept.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from io import BytesIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from ray_app.serving.names import display_name
from ray_app.serving.problems import Problem, ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """How much a form may hold.

    Args:
        file_bytes: of one file.
        files: number of files.
        field_bytes: of one field that is no file.
        fields: number of fields that are no files.
    """

    file_bytes: int
    files: int = 1
    field_bytes: int = 4096
    fields: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file of a form. ``name`` is for showing only; ``media_type`` is what the client says, not what it is."""

    field: str
    name: str
    media_type: str | None
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPart:
    """A field of a form that is no file."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form with at most one file."""

    file: FilePart | None
    fields: dict[str, str]


async def read_form(request: Request, limits: PartLimits, *, field: str = "file") -> Form:
    """Returns a form whose only file stands in ``field``.

    Raises:
        Problem: as ``each_part``; a field is given twice; the file stands in another field.
    """
    file: FilePart | None = None
    fields: dict[str, str] = {}
    async with aclosing(each_part(request, limits)) as parts:
        async for part in parts:
            if isinstance(part, FilePart):
                if part.field != field:
                    raise _invalid(f"the file is expected in the field `{field}`, not in `{part.field}`")
                file = part
            elif part.name in fields:
                raise _invalid(f"the field `{part.name}` is given twice")
            else:
                fields[part.name] = part.value
    return Form(file=file, fields=fields)


async def each_part(request: Request, limits: PartLimits) -> AsyncGenerator[FilePart | FieldPart, None]:
    """Yields the parts of a form as they are complete; only the one that is coming in is held here.

    A file without name and bytes, which browsers send where none was chosen, is left out.

    Raises:
        Problem: the body is no form, is damaged or cut short, or holds more than allowed. A client that goes away
            is told like a form cut short: nobody hears it, but what was stored of the form can be dropped.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise Problem(ServiceCode.UNSUPPORTED_MEDIA, "the body is not multipart/form-data")
    reader = _PartReader(limits)
    try:
        parser = reader.parser(_boundary(options))
        async with aclosing(request.stream()) as stream:
            async for chunk in stream:
                parser.write(chunk)
                for part in reader.take():
                    yield part
    except FormParserError as error:
        raise _invalid("the body is not well-formed multipart/form-data") from error
    except ClientDisconnect:
        raise _invalid("the client went away before the form ended") from None
    if not reader.ended:
        raise _invalid("the body ends before the form does")


def _boundary(options: Mapping[bytes, bytes]) -> bytes:
    boundary = options.get(b"boundary")
    if not boundary:
        raise _invalid("the header Content-Type names no boundary")
    return boundary


def _invalid(message: str) -> Problem:
    return Problem(ServiceCode.INVALID_REQUEST, message)


class _PartReader:
    """What the parser calls while bytes are pushed into it."""

    def __init__(self, limits: PartLimits) -> None:
        self.ended = False
        self._limits = limits
        self._files = self._fields = 0
        self._complete: list[FilePart | FieldPart] = []
        self._header = (bytearray(), bytearray())
        self._begin()

    def parser(self, boundary: bytes) -> MultipartParser:
        """Returns the parser that calls this."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def take(self) -> list[FilePart | FieldPart]:
        """Returns the parts that became complete since it was asked last."""
        taken, self._complete = self._complete, []
        return taken

    def _begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._content = BytesIO()  # its getvalue() hands over the bytes without another copy of a large file

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition"))
        if disposition != b"form-data" or b"name" not in options:
            raise _invalid("a part of the form has no name")
        self._field = _text(options[b"name"])
        self._file_name = _text(options[b"filename"]) if b"filename" in options else None
        if self._file_name is None:
            self._fields += 1
            if self._fields > self._limits.fields:
                raise _invalid(f"the form has more than {self._limits.fields} fields")
        else:
            self._files += 1
            if self._files > self._limits.files:
                raise Problem(ServiceCode.TOO_MANY_ITEMS, f"the form has more than {self._limits.files} files")

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._content.write(data[start:end])
        most = self._limits.field_bytes if self._file_name is None else self._limits.file_bytes
        if self._content.tell() > most:
            raise Problem(ServiceCode.BODY_TOO_LARGE, f"`{self._field}` has more than {most:,} bytes")

    def _part_end(self) -> None:
        content = self._content.getvalue()
        self._content = BytesIO()
        if self._file_name is None:
            self._complete.append(FieldPart(name=self._field, value=_value(self._field, content)))
        elif self._file_name or content:
            kind, _ = parse_options_header(self._headers.get(b"content-type"))
            self._complete.append(
                FilePart(
                    field=self._field,
                    name=display_name(self._file_name),
                    media_type=kind.decode("latin-1") or None,
                    data=content,
                )
            )

    def _end(self) -> None:
        self.ended = True


def _value(field: str, content: bytes) -> str:
    try:
        value = content.decode()
    except UnicodeDecodeError:
        raise _invalid(f"`{field}` is not UTF-8") from None
    if "\0" in value:  # which databases do not store
        raise _invalid(f"`{field}` holds a null character")
    return value


def _text(raw: bytes) -> str:
    """Names come as UTF-8 from browsers and curl, as Latin-1 from old programs."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
