// In a form with data-templates, a reply template fills the answer in place. Without this script
// the same buttons ask the server, which shows the page again with the words in it.

export function fillReplies(form) {
  const text = form.querySelector("textarea");

  for (const button of form.querySelectorAll("button[data-text]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const typed = text.value.trim();
      const words = button.dataset.text;
      text.value = typed === "" || typed === words ? words : `${typed}\n\n${words}`;
      const outcome = form.querySelector(`input[name="outcome"][value="${button.dataset.outcome}"]`);
      if (outcome) {
        outcome.checked = true;
      }
      text.focus();
    });
  }
}
