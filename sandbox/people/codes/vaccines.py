"""Vaccines, coded in CVX."""

from __future__ import annotations

from sandbox.people.codes.systems import cvx
from sandbox.people.shapes import concept

HEPATITIS_B = concept("Hepatitis B", cvx("08", "Hep B, adolescent or pediatric"))
ROTAVIRUS = concept("Rotavirus", cvx("119", "rotavirus, monovalent"))
DTAP = concept("Diphtheria, tetanus, whooping cough", cvx("20", "DTaP"))
HIB = concept("Hib", cvx("49", "Hib (PRP-OMP)"))
PNEUMOCOCCAL_CHILD = concept("Pneumococcal", cvx("133", "Pneumococcal conjugate PCV 13"))
POLIO = concept("Polio", cvx("10", "IPV"))
MMR = concept("Measles, mumps, rubella", cvx("03", "MMR"))
CHICKENPOX = concept("Chickenpox", cvx("21", "varicella"))
HEPATITIS_A = concept("Hepatitis A", cvx("83", "Hep A, ped/adol, 2 dose"))
FLU = concept("Flu", cvx("140", "Influenza, seasonal, injectable, preservative free"))
TDAP = concept("Tetanus, diphtheria, whooping cough booster", cvx("115", "Tdap"))
HPV = concept("HPV", cvx("165", "HPV9"))
MENINGITIS = concept("Meningitis", cvx("114", "meningococcal MCV4P"))
PNEUMOCOCCAL_ADULT = concept("Pneumococcal", cvx("33", "pneumococcal polysaccharide PPV23"))
SHINGLES = concept("Shingles", cvx("187", "zoster recombinant"))
COVID = concept("COVID-19", cvx("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose"))
