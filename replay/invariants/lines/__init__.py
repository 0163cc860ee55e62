"""TF0xx, what is wrong with a line as such. The other codes of this family are damage that the reader reports."""

from turnfold.replay.invariants.lines.unknown_record_type import UnknownRecordType

__all__ = ["UnknownRecordType"]
