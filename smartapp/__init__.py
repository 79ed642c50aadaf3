"""smartapp: the patient portal that lives inside the EHR."""
