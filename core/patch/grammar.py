"""The format as a grammar, for models that are made to write by one."""

from typing import Final

PATCH_GRAMMAR: Final = r"""start: opening file+ closing
opening: "*** Begin Patch" LF
closing: "*** End Patch" LF?

file: added | deleted | updated
added: "*** Add File: " path LF plus_line+
deleted: "*** Delete File: " path LF
updated: "*** Update File: " path LF moved? changes?

moved: "*** Move to: " path LF
changes: (anchor | change_line)+ end_of_file?
anchor: ("@@" | "@@ " /(.+)/) LF
change_line: ("+" | "-" | " ") /(.*)/ LF
plus_line: "+" /(.*)/ LF
end_of_file: "*** End of File" LF

path: /(.+)/

%import common.LF
"""
"""Lark grammar of Codex' apply_patch. The reader of patches is more lenient than it."""
