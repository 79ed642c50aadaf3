// Beside "Requests" in the bar, the number of new answers, asked for again while the page is looked at.
// Asking keeps nobody signed in, and after the end of a session it stops.

const EVERY = 60_000;

export function countUnread(bar) {
  const address = bar.dataset.unread;
  const link = bar.querySelector(`a[href="${address.replace(/\/unread$/, "")}"]`);
  if (!link) return;
  const badge = document.createElement("span");
  badge.className = "app-count";
  badge.setAttribute("role", "status");
  link.after(badge);

  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { redirect: "error" });
      if (answer.status === 401) clearInterval(timer);
      if (!answer.ok) return;
      const { text } = await answer.json();
      if (badge.textContent !== text) badge.textContent = text;
    } catch {
      // Not reached: the number stays as it was.
    }
  }, EVERY);
}
