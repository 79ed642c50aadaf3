// A reply template puts its words into the form at once, instead of asking the server for them.
// Words that somebody typed are never thrown away: the template's go below them.

export function fillFromTemplates(form) {
  const text = form.elements.text;
  form.addEventListener("click", (event) => {
    const template = event.target.closest("button[data-text]");
    if (!template) return;
    event.preventDefault();
    text.value = [text.value.trimEnd(), template.dataset.text].filter(Boolean).join("\n\n");
    chooseOutcome(form, template.dataset.outcome);
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
}

function chooseOutcome(form, code) {
  for (const choice of form.querySelectorAll('input[name="outcome"]')) {
    if (choice.value === code) choice.checked = true;
  }
}
