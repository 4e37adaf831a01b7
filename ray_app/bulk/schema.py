"""The Parquet row's Arrow schema; docs/bulk.md tells each column.

The schema never depends on what was read: a failed image has the same columns as a good one. Knows Arrow alone.
"""

import pyarrow as pa

_TEXT, _REAL, _WHOLE = pa.string(), pa.float64(), pa.int32()
_POLYGON = pa.list_(pa.list_(_REAL))
_LINE = pa.struct([("text", _TEXT), ("confidence", _REAL), ("polygon", _POLYGON), ("readings", pa.list_(_TEXT))])
_AMOUNT = pa.struct([("quantity", _TEXT), ("quantity_max", _TEXT), ("unit", _TEXT), ("text", _TEXT)])
FIELDS = pa.struct([("quantity", _REAL), ("unit", _REAL), ("name", _REAL), ("preparation", _REAL)])
_INGREDIENT = pa.struct(
    [
        ("line", _TEXT),
        ("quantity", _TEXT),
        ("unit", _TEXT),
        ("name", _TEXT),
        ("preparation", _TEXT),
        ("size", _TEXT),
        ("comment", _TEXT),
        ("group", _TEXT),
        ("confidence", _REAL),
        ("polygon", _POLYGON),
        ("recipe", _WHOLE),
        ("amounts", pa.list_(_AMOUNT)),
        ("field_confidence", FIELDS),
        ("lines", pa.list_(_WHOLE)),
        ("readings_disagree", pa.list_(_AMOUNT)),
    ]
)
_MENTIONED = pa.struct([*_INGREDIENT, ("sentence", _TEXT)])
_RECIPE = pa.struct(
    [
        ("title", _TEXT),
        ("servings", _TEXT),
        ("times", pa.map_(_TEXT, _TEXT)),
        ("directions", pa.list_(pa.struct([("text", _TEXT), ("lines", pa.list_(_WHOLE))]))),
        ("notes", pa.list_(_TEXT)),
        ("lines", pa.list_(_WHOLE)),
    ]
)
ENGINE = pa.struct([("kind", _TEXT), ("version", _TEXT), ("models", pa.list_(_TEXT)), ("device", _TEXT)])
QUALITY = pa.struct(
    [
        ("width", _WHOLE),
        ("height", _WHOLE),
        ("text_density", _REAL),
        ("handwritten_probability", _REAL),
        ("sharpness", _REAL),
        ("skew_degrees", _REAL),
        ("ink", _REAL),
    ]
)

SCHEMA = pa.schema(
    [
        pa.field("image_id", _TEXT, nullable=False),
        pa.field("path", _TEXT, nullable=False),
        pa.field("page", _WHOLE, nullable=False),
        pa.field("status", _TEXT, nullable=False),
        pa.field("error_code", _TEXT),
        pa.field("error_step", _TEXT),
        pa.field("error_message", _TEXT),
        pa.field("error_advice", _TEXT),
        pa.field("retryable", pa.bool_()),
        pa.field("duplicate_of", _TEXT),
        pa.field("engine", _TEXT),
        pa.field("engine_info", ENGINE),
        pa.field("text", _TEXT),
        pa.field("title", _TEXT),
        pa.field("titles", pa.list_(_TEXT)),
        pa.field("ingredients", pa.list_(_INGREDIENT)),
        pa.field("directions", pa.list_(_TEXT)),
        pa.field("mentioned", pa.list_(_MENTIONED)),
        pa.field("recipes", pa.list_(_RECIPE)),
        pa.field("lines", pa.list_(_LINE)),
        pa.field("width", _WHOLE),
        pa.field("height", _WHOLE),
        pa.field("rotation", _WHOLE),
        pa.field("quality", QUALITY),
        pa.field("notices", pa.list_(pa.struct([("code", _TEXT), ("message", _TEXT)]))),
        pa.field("timings", pa.map_(_TEXT, _REAL)),
        pa.field("fingerprint", _TEXT),
    ]
)
"""One row a page; docs/bulk.md tells each column. ``status`` is ok, partial, failed, duplicate or skipped; ``ingredients`` and
``mentioned`` are those of all recipes on the page, ``recipe`` their recipe's index; polygons are four [x, y] in pixels of the original."""
