"""Matplotlib figures as inline SVG that takes its colours and fonts from the page.

Figures are drawn in stand-in colours that :func:`render` exchanges for CSS variables, so that one
drawing serves light, dark and paper. Names of subnets never reach matplotlib: figures carry
stand-ins such as ``@SN7@``, which are exchanged in the finished SVG. A name can therefore neither
be read as mathematics nor miss from a font.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

_VARIABLES: Final = (
    "ink", "muted", "grid", "paper", "blue", "teal", "violet", "orange", "red", "green",
)  # fmt: skip
COLOURS: Final = {name: f"#0101{number:02x}" for number, name in enumerate(_VARIABLES)}
"""Stand-in colours, by the name of the CSS variable that replaces them."""

_STYLE: Final[dict[Any, Any]] = {
    # Text stays text, so that pages can be searched; equal salts and no dates make equal drawings.
    "svg.fonttype": "none",
    "svg.hashsalt": "dtaojax",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.size": 10.5,
    "text.color": COLOURS["ink"],
    # A dollar sign in a title is no mathematics.
    "text.parse_math": False,
    "axes.edgecolor": COLOURS["muted"],
    "axes.labelcolor": COLOURS["muted"],
    "axes.labelsize": 10.0,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": COLOURS["grid"],
    "grid.linewidth": 0.6,
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0.0,
    "xtick.major.width": 0.7,
}

_STAND_IN: Final = re.compile(r"@SN(\d+)@")
_COLOUR: Final = re.compile(r"#0101([0-9a-f]{2})")
_FONT_FAMILY: Final = re.compile(r"font-family: [^;]*;? ?")
_LONG_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
_REFERRING: Final = frozenset({"href", "clip-path"})
_REFERENCE: Final = re.compile(r"#(\w+)")


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw and render figures in one look, whatever matplotlib's settings were."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure; lengths in units of 1/72 inch, which are also those of the SVG."""
    return Figure(figsize=(width / 72.0, height / 72.0), dpi=72)


def stand_in(netuid: int) -> str:
    """Return what a figure writes in place of the name of a subnet."""
    return f"@SN{netuid}@"


def render(
    figure: Figure, slug: str, title: str, description: str, name: Callable[[int], str]
) -> Markup:
    """Turn a figure into an inline ``<svg>`` element.

    Args:
        figure: Figure that was drawn in :data:`COLOURS` within :func:`drawing_style`.
        slug: Name, unique on the page; prefix of the identifiers in the element.
        title: Short text alternative.
        description: Long text alternative, with the numbers that the figure shows.
        name: Function from a netuid to the text for its stand-in; harmless, not yet escaped.
    """
    buffer = io.BytesIO()
    # Neither date nor version in the file: the same results give the same page, byte by byte.
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = {_local(key): value for key, value in element.attrib.items()}
    _prune(root)
    # Identifiers that something refers to stay, and get the slug: figures share a page.
    referenced = {
        target
        for element in root.iter()
        for key in _REFERRING & element.attrib.keys()
        for target in _REFERENCE.findall(element.attrib[key])
    }
    for element in root.iter():
        _adapt(element, slug, referenced, name)
    root.attrib = {
        "class": "chart",
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{slug}-title {slug}-desc",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = Element(tag, {"id": f"{slug}-{tag}"})
        element.text = text
        root.insert(place, element)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _prune(parent: Element) -> None:
    """Drop metadata, the style sheet (it would reach the whole page) and blank text."""
    parent.tail = None
    if parent.tag != "text":
        parent.text = None
    for child in list(parent):
        if child.tag in ("metadata", "style"):
            parent.remove(child)
        else:
            _prune(child)


def _adapt(element: Element, slug: str, referenced: set[str], name: Callable[[int], str]) -> None:
    """Make one element fit for a page with other figures: identifiers, colours, fonts, names."""
    attributes = element.attrib
    if attributes.get("id") not in referenced:
        attributes.pop("id", None)
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    for key, value in attributes.items():
        if key == "id":
            attributes[key] = f"{slug}-{value}"
        elif key in _REFERRING:
            attributes[key] = _REFERENCE.sub(rf"#{slug}-\1", value)
        else:
            value = _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}", value)
            value = _FONT_FAMILY.sub("", value)
            attributes[key] = _COLOUR.sub(
                lambda match: f"var(--{_VARIABLES[int(match[1], 16)]})", value
            )
    stand_in_name = _STAND_IN.fullmatch(element.text or "")
    if stand_in_name:
        element.text = name(int(stand_in_name[1]))
