"""The parts of the record that describe a patient's health, each with its search."""

from __future__ import annotations

from smartapp.fhir.allergy import Allergy
from smartapp.workflow.record.part import Part, reading

ALLERGIES = Part("allergies", "AllergyIntolerance", reading(Allergy.from_fhir))
