"""One frozen model per page: every decision about words and what is shown is made here."""
