"""Filling in a form: from what a browser posts to typed answers, and what is wrong with them."""

from smartapp.workflow.forms.filling import Filled as Filled
from smartapp.workflow.forms.filling import fill as fill
from smartapp.workflow.forms.posted import LONGEST_TEXT as LONGEST_TEXT
from smartapp.workflow.forms.posted import OTHER as OTHER
from smartapp.workflow.forms.posted import UNIT as UNIT
from smartapp.workflow.forms.posted import Fault as Fault
from smartapp.workflow.forms.posted import FieldFault as FieldFault
from smartapp.workflow.forms.posted import Fields as Fields
from smartapp.workflow.forms.posted import Reading as Reading
from smartapp.workflow.forms.posted import as_posted as as_posted
from smartapp.workflow.forms.posted import typed as typed
