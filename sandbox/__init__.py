"""A pocket EHR to try the app against: a SMART server, a FHIR store, a clinic of made-up people."""
