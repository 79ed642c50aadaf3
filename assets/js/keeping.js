// A form with data-keep="What you typed is kept." keeps by itself what is typed, a few seconds after
// it was, and says so. The button does the same, and stays: not everybody trusts what they cannot see.

const PAUSE = 4000;

export function keep(form) {
  const status = document.createElement("p");
  status.className = "app-small";
  status.setAttribute("role", "status");
  form.append(status);
  let waiting = null;
  let leaving = false;

  async function send() {
    waiting = null;
    const fields = new URLSearchParams(new FormData(form));
    fields.set("then", "keep");
    let kept = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
      kept = answer.status === 204;
    } catch {
      kept = false;
    }
    if (leaving) return;
    const said = kept ? form.dataset.keep : form.dataset.notKept;
    if (status.textContent !== said) status.textContent = said;
  }

  form.addEventListener("input", () => {
    waiting ??= setTimeout(send, PAUSE);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(waiting);
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    waiting = null;
  });
}
