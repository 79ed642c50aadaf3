// A form with data-leaving goes to the EHR's login by itself. Whoever comes back to it with the
// browser's Back button wants to go further back, so then it waits for a click.

export function leave(form) {
  const [entry] = performance.getEntriesByType("navigation");
  if (entry?.type === "back_forward") return;
  form.requestSubmit();
}
