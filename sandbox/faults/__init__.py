"""Faults that can be switched on while the sandbox runs, and the ledger of what was asked of it."""

from sandbox.faults.switchboard import Faults

__all__ = ["Faults"]
