"""FHIR R4 at the edge: JSON in, frozen typed values out, and the three types that are written."""
