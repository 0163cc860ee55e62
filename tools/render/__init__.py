"""Documents as lines of text for people: data in, styled lines out, and nothing printed."""

from turnfold.tools.render.prose import MARK, QUIET, STYLES, counted, paragraph, safe
from turnfold.tools.render.verdicts import file_lines, total_lines

__all__ = ["MARK", "QUIET", "STYLES", "counted", "file_lines", "paragraph", "safe", "total_lines"]
