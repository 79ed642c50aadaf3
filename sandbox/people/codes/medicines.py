"""Medicines as they stand on an order: coded in RxNorm where the code is certain."""

from __future__ import annotations

from sandbox.people.codes.systems import rxnorm
from sandbox.people.shapes import Concept, concept


def _drug(text: str, code: str, name: str) -> Concept:
    return concept(text, rxnorm(code, name))


LISINOPRIL_10 = _drug("lisinopril 10 mg tablet", "314076", "lisinopril 10 MG Oral Tablet")
LISINOPRIL_20 = _drug("lisinopril 20 mg tablet", "314077", "lisinopril 20 MG Oral Tablet")
AMLODIPINE_5 = _drug("amlodipine 5 mg tablet", "197361", "amlodipine 5 MG Oral Tablet")
HYDROCHLOROTHIAZIDE_25 = _drug(
    "hydrochlorothiazide 25 mg tablet", "310798", "hydrochlorothiazide 25 MG Oral Tablet"
)
METOPROLOL_ER_50 = _drug(
    "metoprolol succinate ER 50 mg tablet",
    "866436",
    "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet",
)
FUROSEMIDE_20 = _drug("furosemide 20 mg tablet", "310429", "furosemide 20 MG Oral Tablet")
ATORVASTATIN_20 = _drug("atorvastatin 20 mg tablet", "617310", "atorvastatin 20 MG Oral Tablet")
ATORVASTATIN_40 = _drug("atorvastatin 40 mg tablet", "617311", "atorvastatin 40 MG Oral Tablet")
APIXABAN_5 = _drug("apixaban 5 mg tablet", "1364445", "apixaban 5 MG Oral Tablet")
METFORMIN_500 = _drug(
    "metformin 500 mg tablet", "861007", "metformin hydrochloride 500 MG Oral Tablet"
)
LEVOTHYROXINE_75 = _drug(
    "levothyroxine 75 mcg tablet", "966222", "levothyroxine sodium 0.075 MG Oral Tablet"
)
OMEPRAZOLE_20 = _drug(
    "omeprazole 20 mg capsule", "198051", "omeprazole 20 MG Delayed Release Oral Capsule"
)
ACETAMINOPHEN_500 = _drug(
    "acetaminophen 500 mg tablet", "198440", "acetaminophen 500 MG Oral Tablet"
)
ZOLPIDEM_5 = _drug("zolpidem 5 mg tablet", "854876", "zolpidem tartrate 5 MG Oral Tablet")
OXYCODONE_5 = _drug("oxycodone 5 mg tablet", "1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
AMOXICILLIN_500 = _drug("amoxicillin 500 mg capsule", "308191", "amoxicillin 500 MG Oral Capsule")
PREDNISONE_20 = _drug("prednisone 20 mg tablet", "312615", "prednisone 20 MG Oral Tablet")
ALBUTEROL_INHALER = _drug(
    "albuterol inhaler, 90 mcg a puff",
    "745679",
    "200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
)
INSULIN_GLARGINE = _drug(
    "insulin glargine 100 units/mL pen",
    "847230",
    "3 ML insulin glargine 100 UNT/ML Pen Injector",
)
CETIRIZINE_10 = _drug(
    "cetirizine 10 mg tablet", "1014678", "cetirizine hydrochloride 10 MG Oral Tablet"
)
IBUPROFEN_200 = _drug("ibuprofen 200 mg tablet", "310965", "ibuprofen 200 MG Oral Tablet")
SERTRALINE_50 = _drug("sertraline 50 mg tablet", "312941", "sertraline 50 MG Oral Tablet")

# No code here that we are certain of: the text is what people and rules have.
ALENDRONATE_70 = concept("alendronate 70 mg tablet, once a week")
FLUTICASONE_INHALER = concept("fluticasone inhaler, 44 mcg a puff")
INSULIN_LISPRO = concept("insulin lispro 100 units/mL pen")
SUMATRIPTAN_50 = concept("sumatriptan 50 mg tablet")
PRENATAL_VITAMIN = concept("prenatal vitamin with iron and folic acid")
VITAMIN_D3 = concept("vitamin D3 1,000 units")
ADAPALENE_GEL = concept("adapalene 0.1% gel")
ST_JOHNS_WORT = concept("St John's wort, herbal supplement")
