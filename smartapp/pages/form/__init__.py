"""Forms on a page: fields, what is wrong with an answer, and answers as they are read."""

from smartapp.pages.form.answer import answer_words as answer_words
from smartapp.pages.form.answer import plain_words as plain_words
from smartapp.pages.form.fields import fields_of as fields_of
from smartapp.pages.form.model import FaultLine as FaultLine
from smartapp.pages.form.model import Field as Field
from smartapp.pages.form.model import fault_lines as fault_lines
