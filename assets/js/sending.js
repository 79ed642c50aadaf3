// A form with data-sending="Sending your request…" goes once, and says that it is on its way.
// A slow EHR may take seconds, which is longer than any double-click protection by time.

export function sendOnce(form) {
  const status = document.createElement("p");
  status.className = "app-sending";
  status.setAttribute("role", "status");
  form.append(status);
  let sending = false;

  form.addEventListener("submit", (event) => {
    if (sending) {
      event.preventDefault();
      return;
    }
    sending = true;
    // A button that sends nothing to anybody says nothing of sending.
    if (event.submitter?.dataset.quiet === undefined) status.textContent = form.dataset.sending;
  });

  // A page that comes back from the browser's cache must be usable again.
  window.addEventListener("pageshow", () => {
    sending = false;
    status.textContent = "";
  });
}
