"""Forms: a Questionnaire, its items, and the answers that can be given."""

from smartapp.fhir.questionnaire.form import Questionnaire as Questionnaire
from smartapp.fhir.questionnaire.item import NO_TEXT as NO_TEXT
from smartapp.fhir.questionnaire.item import Condition as Condition
from smartapp.fhir.questionnaire.item import Expression as Expression
from smartapp.fhir.questionnaire.item import Item as Item
from smartapp.fhir.questionnaire.item import LocalText as LocalText
from smartapp.fhir.questionnaire.item import Option as Option
from smartapp.fhir.questionnaire.item import Rule as Rule
from smartapp.fhir.questionnaire.values import Answers as Answers
from smartapp.fhir.questionnaire.values import AnswerValue as AnswerValue
from smartapp.fhir.questionnaire.values import Attachment as Attachment
from smartapp.fhir.questionnaire.values import Quantity as Quantity
