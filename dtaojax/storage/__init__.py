"""Files that change as a whole or not at all, and folders that know what they hold.

Every command that writes does so by way of this room. It claims its place, so that a second process
is told; leaves a mark there while it works; fills a folder beside the earlier result; and puts that
in place with the manifest last. A manifest holds the SHA-256 digest of every file of its result and
of itself.
"""

from dtaojax.storage.digests import (
    MANIFEST,
    SCHEMA_VERSION,
    Fault,
    Verified,
    fault_in,
    is_page,
    opened,
    read_sealed,
    seal,
    sealed_text,
    verify,
)
from dtaojax.storage.place import (
    UNFINISHED,
    drop_unfinished,
    final_place,
    is_marked,
    mark,
    writing,
    writing_into,
)
from dtaojax.storage.staging import (
    added,
    claimed,
    holding,
    pages_replaced,
    replaced,
    result_folder,
    view_written,
)
from dtaojax.storage.whole import ResultsError, files_replaced, write_json, write_whole

__all__ = [
    "MANIFEST",
    "SCHEMA_VERSION",
    "UNFINISHED",
    "Fault",
    "ResultsError",
    "Verified",
    "added",
    "claimed",
    "drop_unfinished",
    "fault_in",
    "files_replaced",
    "final_place",
    "holding",
    "is_marked",
    "is_page",
    "mark",
    "opened",
    "pages_replaced",
    "read_sealed",
    "replaced",
    "result_folder",
    "seal",
    "sealed_text",
    "verify",
    "view_written",
    "write_json",
    "write_whole",
    "writing",
    "writing_into",
]
