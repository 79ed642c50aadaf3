"""A month at the clinic: who asked for what and when, and what staff did with it.

The same seed, the same end and the same rules tell the same story, to the second. It is told as
plain events; whoever writes it into a record decides in which shapes.
"""

from sandbox.month.events import Event, Place, Placed
from sandbox.month.people import Person, population, records
from sandbox.month.story import Asked, Story, tell

__all__ = ["Asked", "Event", "Person", "Place", "Placed", "Story", "population", "records", "tell"]
