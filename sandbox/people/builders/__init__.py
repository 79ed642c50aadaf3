"""One function per kind of resource: from words to FHIR JSON."""
