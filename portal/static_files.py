"""Static files as production serves them: hashed, compressed, and the style sheets that every page
has as one file. A browser draws nothing before all of them are there, and over a slow line each
further file is another wait; in the sources they stay short files with one subject each."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

FRAME_SHEETS = (
    "vendor/bootstrap/bootstrap.min.css",
    "css/tokens.css",
    "css/portal.css",
    "css/frame.css",
    "css/forms.css",
    "css/tables.css",
    "css/case.css",
    "css/notifications.css",
    "css/administration.css",
)
TOGETHER = "css/together.css"  # beside the others: what they refer to is found from here too


class ProductionStorage(CompressedManifestStaticFilesStorage):
    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Write the one style sheet before the files get their hashes."""
        if not dry_run:
            self.delete(TOGETHER)
            self.save(TOGETHER, ContentFile(b"\n".join(map(self._content, FRAME_SHEETS))))
            paths[TOGETHER] = (self, TOGETHER)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _content(self, name: str) -> bytes:
        with self.open(name) as file:
            return bytes(file.read())
