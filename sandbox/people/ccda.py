"""A small summary of care in the XML that hospitals exchange (a C-CDA in shape, not in full)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from xml.sax.saxutils import escape

DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="US"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <id root="2.25.1" extension="{id}"/>
  <code code="{code}" codeSystem="2.16.840.1.113883.6.1" displayName="{title}"/>
  <title>{title}</title>
  <effectiveTime value="{day}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  <recordTarget>
    <patientRole>
      <id root="2.25.2" extension="{patient}"/>
      <patient><name>{name}</name></patient>
    </patientRole>
  </recordTarget>
  <component>
    <structuredBody>
{sections}
    </structuredBody>
  </component>
</ClinicalDocument>
"""
SECTION = """      <component>
        <section>
          <title>{title}</title>
          <text><paragraph>{words}</paragraph></text>
        </section>
      </component>"""


def ccda(
    slug: str, code: str, title: str, on: date, patient: str, name: str, sections: Mapping[str, str]
) -> str:
    body = "\n".join(
        SECTION.format(title=escape(heading), words=escape(words))
        for heading, words in sections.items()
    )
    return DOCUMENT.format(
        id=slug,
        code=code,
        title=escape(title),
        day=f"{on:%Y%m%d}",
        patient=patient,
        name=escape(name),
        sections=body,
    )
