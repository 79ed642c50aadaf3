"""Conditions, allergens and reactions."""

from __future__ import annotations

from sandbox.people.codes.systems import icd10, rxnorm, snomed
from sandbox.people.shapes import concept

HYPERTENSION = concept(
    "High blood pressure",
    snomed("59621000", "Essential hypertension"),
    icd10("I10", "Essential (primary) hypertension"),
)
TYPE_2_DIABETES = concept(
    "Type 2 diabetes",
    snomed("44054006", "Diabetes mellitus type 2"),
    icd10("E11.9", "Type 2 diabetes mellitus without complications"),
)
TYPE_1_DIABETES = concept(
    "Type 1 diabetes",
    snomed("46635009", "Diabetes mellitus type 1"),
    icd10("E10.9", "Type 1 diabetes mellitus without complications"),
)
PREDIABETES = concept(
    "Prediabetes", snomed("714628002", "Prediabetes"), icd10("R73.03", "Prediabetes")
)
HIGH_CHOLESTEROL = concept(
    "High cholesterol",
    snomed("55822004", "Hyperlipidemia"),
    icd10("E78.5", "Hyperlipidemia, unspecified"),
)
KIDNEY_DISEASE_STAGE_3 = concept(
    "Chronic kidney disease, stage 3",
    snomed("433144002", "Chronic kidney disease stage 3"),
    icd10("N18.30", "Chronic kidney disease, stage 3 unspecified"),
)
ATRIAL_FIBRILLATION = concept(
    "Atrial fibrillation",
    snomed("49436004", "Atrial fibrillation"),
    icd10("I48.91", "Unspecified atrial fibrillation"),
)
UNDERACTIVE_THYROID = concept(
    "Underactive thyroid",
    snomed("40930008", "Hypothyroidism"),
    icd10("E03.9", "Hypothyroidism, unspecified"),
)
OSTEOPOROSIS = concept("Osteoporosis", snomed("64859006", "Osteoporosis"))
ACID_REFLUX = concept(
    "Acid reflux",
    snomed("235595009", "Gastroesophageal reflux disease"),
    icd10("K21.9", "Gastro-esophageal reflux disease without esophagitis"),
)
KNEE_ARTHRITIS = concept(
    "Arthritis of the right knee",
    snomed("239873007", "Osteoarthritis of knee"),
    icd10("M17.11", "Unilateral primary osteoarthritis, right knee"),
)
ARTIFICIAL_RIGHT_KNEE = concept(
    "Artificial right knee joint", icd10("Z96.651", "Presence of right artificial knee joint")
)
ASTHMA = concept(
    "Asthma",
    snomed("195967001", "Asthma"),
    icd10("J45.40", "Moderate persistent asthma, uncomplicated"),
)
MIGRAINE = concept("Migraine", snomed("37796009", "Migraine"))
TROUBLE_SLEEPING = concept(
    "Trouble sleeping", snomed("193462001", "Insomnia"), icd10("G47.00", "Insomnia, unspecified")
)
ACNE = concept("Acne", snomed("11381005", "Acne"), icd10("L70.0", "Acne vulgaris"))
PREGNANT = concept("Pregnant", snomed("77386006", "Pregnancy"))
EAR_INFECTION = concept("Middle ear infection", snomed("65363002", "Otitis media"))
STREP_THROAT = concept("Strep throat", snomed("43878008", "Streptococcal sore throat"))
COMMON_COLD = concept("Common cold", snomed("82272006", "Common cold"))
LOW_MOOD = concept("Low mood")
SPRAINED_ANKLE = concept("Sprained ankle", snomed("44465007", "Sprain of ankle"))

PENICILLIN = concept("Penicillin", snomed("91936005", "Allergy to penicillin"))
AMOXICILLIN_ALLERGEN = concept("Amoxicillin", rxnorm("723", "amoxicillin"))
SULFA = concept("Sulfa antibiotic (sulfamethoxazole)", rxnorm("10180", "sulfamethoxazole"))
IBUPROFEN_ALLERGEN = concept("Ibuprofen", rxnorm("5640", "ibuprofen"))
CODEINE = concept("Codeine", rxnorm("2670", "codeine"))
PEANUT = concept("Peanut", snomed("91935009", "Allergy to peanut"))
LATEX = concept("Latex")
BEE_STING = concept("Bee sting")
NO_KNOWN_ALLERGY = concept("No known allergies", snomed("716186003", "No known allergy"))

ANAPHYLAXIS = concept("Anaphylaxis", snomed("39579001", "Anaphylaxis"))
HIVES = concept("Hives", snomed("126485001", "Urticaria"))
RASH = concept("Rash", snomed("271807003", "Eruption of skin"))
NAUSEA = concept("Nausea", snomed("422587007", "Nausea"))
SHORT_OF_BREATH = concept("Shortness of breath", snomed("267036007", "Dyspnea"))
COUGH = concept("Cough", snomed("49727002", "Cough"))
