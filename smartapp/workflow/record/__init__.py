"""The parts of a patient's record: what each takes to be read, and how."""

from smartapp.workflow.record.part import Part, at_once, older, read_part, read_whole

__all__ = ["Part", "at_once", "older", "read_part", "read_whole"]
