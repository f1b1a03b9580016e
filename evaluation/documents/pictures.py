"""Pictures on pages: QR codes, and photographs made small enough to print."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe

from evaluation.models import CaseFile

# Twice what 60 mm need at 200 dpi; a phone's picture of 20 megapixels would make the PDF huge.
PHOTO_PIXELS = 960


def qr_code(address: str) -> SafeString:
    """The address as an inline SVG. Level M: a crease or a stain does not hide it."""
    svg = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=0, dark="#1b2430", omitsize=True
    )
    # Made here from modules only; the address itself is not in the markup.
    return mark_safe(svg)  # noqa: S308


def small_jpeg(file: CaseFile) -> bytes:
    """A photograph of the case, upright, small, and without what the camera wrote into it."""
    from PIL import Image, ImageOps

    with file.stored.open("rb") as stored, Image.open(stored) as picture:
        picture.draft("RGB", (PHOTO_PIXELS * 2, PHOTO_PIXELS * 2))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
        small = BytesIO()
        upright.save(small, "JPEG", quality=82)
    return small.getvalue()
