"""What the clinic decides, read from the files it owns: topics, rules, queues, hours and words."""

from smartapp.workflow.policy.facts import FACTS, Facts
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import (
    Exclusion,
    Outcome,
    Phones,
    Policy,
    Priority,
    Queue,
    Reason,
    RedFlag,
    RefillLimits,
    RefillReason,
    Reply,
    Rule,
    Topic,
    TopicWords,
)

__all__ = [
    "FACTS",
    "Exclusion",
    "Facts",
    "Outcome",
    "Phones",
    "Policy",
    "Priority",
    "Queue",
    "Reason",
    "RedFlag",
    "RefillLimits",
    "RefillReason",
    "Reply",
    "Rule",
    "Topic",
    "TopicWords",
    "load_policy",
]
