// In a form with data-templates, a reply template fills the answer in place, in the language that is
// chosen for it. Without this script the same buttons ask the server, which shows the page again with
// the words in it; so does a template that the record has to fill in first.

export function fillReplies(form) {
  const text = form.querySelector("textarea");

  const language = () =>
    form.querySelector('input[name="language"]:checked')?.value ?? form.dataset.templates;

  for (const button of form.querySelectorAll("button[name=template]")) {
    button.addEventListener("click", (event) => {
      const words = button.getAttribute(`data-text-${language()}`);
      if (words === null) {
        return;
      }
      event.preventDefault();
      const typed = text.value.trim();
      text.value = typed === "" || typed === words ? words : `${typed}\n\n${words}`;
      const outcome = form.querySelector(`input[name="outcome"][value="${button.dataset.outcome}"]`);
      if (outcome) {
        outcome.checked = true;
      }
      text.focus();
    });
  }
}
