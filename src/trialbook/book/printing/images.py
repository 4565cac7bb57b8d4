"""Pictures stand in the document itself, so that it is one file."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trialbook.errors import TrialbookError


def embed_images(pages: Iterable[Any], folder: Path) -> None:
    """Put each picture's content in its place; ``folder`` is that of the page.

    Sphinx writes the one page into the first page's folder and its pictures' addresses as from the folder above: both are looked
    in. Raises TrialbookError for a picture that is not there.
    """
    for page in pages:
        for picture in page.xpath(".//img[@src]"):
            address = picture.get("src")
            if address.startswith("data:"):
                continue
            places = [(one / unquote(address)).resolve() for one in (folder, folder.parent)]
            file = next((one for one in places if one.is_file()), None)
            if file is None:
                raise TrialbookError(
                    "there is no such picture for the printed book", file=address, remedy="Build the book again."
                )
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            picture.set("src", f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}")
