"""Everyone and every place at the clinic and around it that other resources point at."""

from __future__ import annotations

from sandbox.people.shapes import Ref

CLINIC = Ref("Organization", "lindenfield-clinic", "Lindenfield Family Clinic")
MAIN_STREET = Ref("Location", "main-street", "Main Street office")
RIVERSIDE = Ref("Location", "riverside", "Riverside office")

DR_PATEL = Ref("Practitioner", "dr-patel", "Dr. Anita Patel")
DR_LINDQVIST = Ref("Practitioner", "dr-lindqvist", "Dr. Erik Lindqvist")
DR_OSMAN = Ref("Practitioner", "dr-osman", "Dr. Hana Osman")
NURSE_OKAFOR = Ref("Practitioner", "nurse-okafor", "Nina Okafor, RN")
NURSE_BERG = Ref("Practitioner", "nurse-berg", "Tom Berg, RN")
PHARM_RUIZ = Ref("Practitioner", "pharm-ruiz", "Carlos Ruiz, PharmD")
FRONTDESK_KIM = Ref("Practitioner", "frontdesk-kim", "Grace Kim")
BILLING_SHAW = Ref("Practitioner", "billing-shaw", "Denise Shaw")
MANAGER_LEE = Ref("Practitioner", "manager-lee", "Marcus Lee")

HOSPITAL = Ref("Organization", "lindenfield-hospital", "Lindenfield Community Hospital")
LAB = Ref("Organization", "prairie-lab", "Prairie Laboratory")
PHARMACY = Ref("Organization", "corner-pharmacy", "Corner Pharmacy")
THERAPY = Ref("Organization", "riverbend-therapy", "Riverbend Physical Therapy")

PRAIRIE_MUTUAL = Ref("Organization", "prairie-mutual", "Prairie Mutual Health Plan")
LAKESHORE_SENIOR = Ref("Organization", "lakeshore-senior", "Lakeshore Senior Health Plan")
STATE_PLAN = Ref("Organization", "state-family-plan", "State Family Health Program")
