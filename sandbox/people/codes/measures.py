"""What is measured: laboratory tests and vital signs, with unit and usual range."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.people.codes.systems import loinc
from sandbox.people.shapes import Concept, concept


@dataclass(frozen=True)
class Measure:
    """A number that can be measured again and again."""

    slug: str  # names the observation in ids
    what: Concept
    unit: str
    ucum: str
    low: float | None = None
    high: float | None = None
    digits: int = 0
    category: str = "laboratory"

    def rounded(self, value: float) -> float:
        return round(value, self.digits) if self.digits else round(value)


def _lab(slug: str, text: str, code: str, display: str) -> tuple[str, Concept]:
    return slug, concept(text, loinc(code, display))


HBA1C = Measure(
    *_lab("hba1c", "Hemoglobin A1c", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
    "%", "%", low=4.0, high=5.6, digits=1,
)  # fmt: skip
CREATININE = Measure(
    *_lab("creatinine", "Creatinine", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma"),
    "mg/dL", "mg/dL", low=0.5, high=1.1, digits=2,
)  # fmt: skip
EGFR = Measure(
    *_lab(
        "egfr", "Kidney filtration (eGFR)", "98979-8",
        "Glomerular filtration rate [Volume Rate/Area] in Serum, Plasma or Blood by "
        "Creatinine-based formula (CKD-EPI 2021)/1.73 sq M",
    ),
    "mL/min/1.73 m²", "mL/min/{1.73_m2}", low=60,
)  # fmt: skip
POTASSIUM = Measure(
    *_lab("potassium", "Potassium", "2823-3", "Potassium [Moles/volume] in Serum or Plasma"),
    "mmol/L", "mmol/L", low=3.5, high=5.1, digits=1,
)  # fmt: skip
SODIUM = Measure(
    *_lab("sodium", "Sodium", "2951-2", "Sodium [Moles/volume] in Serum or Plasma"),
    "mmol/L", "mmol/L", low=136, high=145,
)  # fmt: skip
GLUCOSE = Measure(
    *_lab("glucose", "Glucose", "2345-7", "Glucose [Mass/volume] in Serum or Plasma"),
    "mg/dL", "mg/dL", low=70, high=99,
)  # fmt: skip
CHOLESTEROL = Measure(
    *_lab("cholesterol", "Cholesterol", "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"),
    "mg/dL", "mg/dL", high=199,
)  # fmt: skip
LDL = Measure(
    *_lab(
        "ldl", "LDL cholesterol", "13457-7",
        "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation",
    ),
    "mg/dL", "mg/dL", high=99,
)  # fmt: skip
HDL = Measure(
    *_lab(
        "hdl", "HDL cholesterol", "2085-9",
        "Cholesterol in HDL [Mass/volume] in Serum or Plasma",
    ),
    "mg/dL", "mg/dL", low=40,
)  # fmt: skip
TRIGLYCERIDES = Measure(
    *_lab(
        "triglycerides", "Triglycerides", "2571-8",
        "Triglyceride [Mass/volume] in Serum or Plasma",
    ),
    "mg/dL", "mg/dL", high=149,
)  # fmt: skip
TSH = Measure(
    *_lab("tsh", "Thyroid (TSH)", "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma"),
    "mIU/L", "m[IU]/L", low=0.4, high=4.0, digits=2,
)  # fmt: skip
URINE_ALBUMIN = Measure(
    *_lab(
        "urine-albumin", "Urine albumin to creatinine", "9318-7",
        "Albumin/Creatinine [Mass Ratio] in Urine",
    ),
    "mg/g", "mg/g", high=29,
)  # fmt: skip
HEMOGLOBIN = Measure(
    *_lab("hemoglobin", "Hemoglobin", "718-7", "Hemoglobin [Mass/volume] in Blood"),
    "g/dL", "g/dL", low=12.0, high=16.0, digits=1,
)  # fmt: skip
WHITE_CELLS = Measure(
    *_lab(
        "white-cells", "White blood cells", "6690-2",
        "Leukocytes [#/volume] in Blood by Automated count",
    ),
    "10*3/uL", "10*3/uL", low=4.0, high=11.0, digits=1,
)  # fmt: skip
PLATELETS = Measure(
    *_lab("platelets", "Platelets", "777-3", "Platelets [#/volume] in Blood by Automated count"),
    "10*3/uL", "10*3/uL", low=150, high=400,
)  # fmt: skip

HEART_RATE = Measure(
    *_lab("heart-rate", "Heart rate", "8867-4", "Heart rate"),
    "beats/minute", "/min", category="vital-signs",
)  # fmt: skip
WEIGHT = Measure(
    *_lab("weight", "Weight", "29463-7", "Body weight"),
    "lb", "[lb_av]", digits=1, category="vital-signs",
)  # fmt: skip
HEIGHT = Measure(
    *_lab("height", "Height", "8302-2", "Body height"),
    "in", "[in_i]", digits=1, category="vital-signs",
)  # fmt: skip
BMI = Measure(
    *_lab("bmi", "Body mass index", "39156-5", "Body mass index (BMI) [Ratio]"),
    "kg/m2", "kg/m2", digits=1, category="vital-signs",
)  # fmt: skip
TEMPERATURE = Measure(
    *_lab("temperature", "Temperature", "8310-5", "Body temperature"),
    "°F", "[degF]", digits=1, category="vital-signs",
)  # fmt: skip
OXYGEN = Measure(
    *_lab(
        "oxygen", "Oxygen saturation", "2708-6",
        "Oxygen saturation in Arterial blood",
    ),
    "%", "%", category="vital-signs",
)  # fmt: skip
BREATHING_RATE = Measure(
    *_lab("breathing-rate", "Breathing rate", "9279-1", "Respiratory rate"),
    "breaths/minute", "/min", category="vital-signs",
)  # fmt: skip
PEAK_FLOW = Measure(
    *_lab(
        "peak-flow", "Peak flow", "33452-4", "Maximum expiratory gas flow Respiratory system airway"
    ),
    "L/min", "L/min", category="exam",
)  # fmt: skip

BLOOD_PRESSURE = concept(
    "Blood pressure", loinc("85354-9", "Blood pressure panel with all children optional")
)
SYSTOLIC = concept("Systolic", loinc("8480-6", "Systolic blood pressure"))
DIASTOLIC = concept("Diastolic", loinc("8462-4", "Diastolic blood pressure"))

BASIC_PANEL = concept(
    "Basic metabolic panel",
    loinc("51990-0", "Basic metabolic panel - Blood"),
)
LIPID_PANEL = concept("Cholesterol panel", loinc("24331-1", "Lipid 1996 panel - Serum or Plasma"))
BLOOD_COUNT = concept(
    "Complete blood count", loinc("58410-2", "CBC panel - Blood by Automated count")
)
THYROID_TEST = concept("Thyroid test")
DIABETES_TEST = concept("Hemoglobin A1c test", *HBA1C.what.codings)

SMOKING = concept("Tobacco smoking", loinc("72166-2", "Tobacco smoking status"))
PHQ9_TOTAL = concept(
    "Depression questionnaire (PHQ-9), total",
    loinc("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
)
COVID_TEST = concept(
    "COVID-19 test",
    loinc(
        "94500-6",
        "SARS-CoV-2 (COVID-19) RNA [Presence] in Respiratory system specimen by NAA with probe "
        "detection",
    ),
)
URINE_COLOR = concept("Urine color", loinc("5778-6", "Color of Urine"))
BLOOD_GROUP = concept("Blood group", loinc("882-1", "ABO and Rh group [Type] in Blood"))
DUE_DATE = concept("Due date", loinc("11778-8", "Delivery date Estimated"))
LAST_PERIOD = concept(
    "First day of the last period", loinc("8665-2", "Last menstrual period start date")
)
GLUCOSE_SCREEN = concept(
    "Glucose one hour after a sweet drink",
    loinc("1504-0", "Glucose [Mass/volume] in Serum or Plasma --1 hour post 50 g glucose PO"),
)
ANTINUCLEAR_TITER = concept(
    "Antinuclear antibody titer",
    loinc("5048-4", "Nuclear Ab [Titer] in Serum by Immunofluorescence"),
)
