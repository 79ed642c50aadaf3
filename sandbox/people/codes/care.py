"""Visits, procedures, orders, roles and kinds of document."""

from __future__ import annotations

from sandbox.people.codes.systems import hl7, loinc, snomed
from sandbox.people.shapes import concept

CHECK_UP = concept("Check-up", snomed("185349003", "Encounter for check up"))
PROBLEM_VISIT = concept("Visit for a problem", snomed("185347001", "Encounter for problem"))
FOLLOW_UP = concept("Follow-up visit", snomed("390906007", "Follow-up encounter"))
WELL_CHILD = concept("Well-child visit", snomed("410620009", "Well child visit"))
PRENATAL_VISIT = concept("Prenatal visit", snomed("424619006", "Prenatal visit"))
EMERGENCY_VISIT = concept("Emergency visit", snomed("50849002", "Emergency room admission"))
HOSPITAL_STAY = concept("Hospital stay", snomed("32485007", "Hospital admission"))
PHONE_CALL = concept("Phone call", snomed("185317003", "Telephone encounter"))
VIDEO_VISIT = concept("Video visit", snomed("448337001", "Telemedicine consultation with patient"))
NURSE_VISIT = concept("Nurse visit")

KNEE_REPLACEMENT = concept(
    "Total replacement of the right knee", snomed("609588000", "Total knee replacement")
)
COLONOSCOPY = concept("Colonoscopy", snomed("73761001", "Colonoscopy"))
MAMMOGRAM = concept("Mammogram", snomed("24623002", "Screening mammography"))
APPENDIX_REMOVAL = concept("Removal of the appendix", snomed("80146002", "Appendectomy"))
EKG = concept("EKG", snomed("29303009", "Electrocardiographic procedure"))
CESAREAN = concept("Cesarean birth", snomed("11466000", "Cesarean section"))
MEDICINES_CHECKED = concept("Medicines checked", snomed("430193006", "Medication reconciliation"))
CAST = concept("Plaster cast on the left wrist")

CARDIOLOGY_REFERRAL = concept(
    "Referral to cardiology", snomed("183519002", "Referral to cardiology service")
)
PHYSICAL_THERAPY_REFERRAL = concept(
    "Referral to physical therapy", snomed("308447003", "Referral to physiotherapist")
)
DERMATOLOGY_REFERRAL = concept("Referral to dermatology")
EYE_REFERRAL = concept("Referral for a diabetic eye exam")
REFERRAL = concept("Referral", snomed("3457005", "Patient referral"))
LAB_ORDER = concept("Laboratory", snomed("108252007", "Laboratory procedure"))
IMAGING_ORDER = concept("Imaging", snomed("363679005", "Imaging"))

GENERAL_PRACTICE = concept("Family medicine", snomed("394814009", "General practice"))
CARDIOLOGY = concept("Cardiology", snomed("394579002", "Cardiology"))
OBSTETRICS = concept("Obstetrics and gynecology", snomed("394585009", "Obstetrics and gynecology"))
DOCTOR_ROLE = concept("Family doctor", snomed("59058001", "General physician"))
CARDIOLOGIST_ROLE = concept("Heart doctor", snomed("17561000", "Cardiologist"))
OBSTETRICIAN_ROLE = concept("Obstetrician", snomed("11935004", "Obstetrician"))
NURSE_ROLE = concept("Nurse", snomed("224535009", "Registered nurse"))
PHARMACIST_ROLE = concept("Pharmacist", snomed("46255001", "Pharmacist"))
CAREGIVER_ROLE = concept("Caregiver", snomed("133932002", "Caregiver"))
PATIENT_ROLE = concept("Patient", snomed("116154003", "Patient"))

PROGRESS_NOTE = concept("Visit note", loinc("11506-3", "Progress note"))
AFTER_VISIT_SUMMARY = concept("After-visit summary", loinc("69730-0", "Instructions"))
CONSULT_NOTE = concept("Specialist's note", loinc("11488-4", "Consult note"))
DISCHARGE_SUMMARY = concept("Hospital discharge summary", loinc("18842-5", "Discharge summary"))
OPERATION_NOTE = concept("Operation note", loinc("11504-8", "Surgical operation note"))
REFERRAL_NOTE = concept("Referral letter", loinc("57133-1", "Referral note"))
HISTORY_AND_PHYSICAL = concept(
    "History and physical", loinc("34117-2", "History and physical note")
)
CONTINUITY_OF_CARE = concept("Summary of care", loinc("34133-9", "Summary of episode note"))
IMAGING_REPORT = concept("Imaging report", loinc("18748-4", "Diagnostic imaging study"))
LETTER = concept("Letter")
FORM = concept("Form")

SELF = concept("Self", hl7("subscriber-relationship", "self", "Self"))
CHILD = concept("Child", hl7("subscriber-relationship", "child", "Child"))
MOTHER = concept("Mother", hl7("v3-RoleCode", "MTH", "mother"))
FATHER = concept("Father", hl7("v3-RoleCode", "FTH", "father"))
DAUGHTER = concept("Daughter", hl7("v3-RoleCode", "DAUC", "daughter"))
SON = concept("Son", hl7("v3-RoleCode", "SONC", "son"))
