// The end of a session: a warning in time to stay, and then nothing of the record is left to see.
// The server alone decides when a session is over; this asks it, and says that somebody is typing.

const SHORTLY = 20; // seconds; the last words before the end
const A_MINUTE = 60;
const ASK_EVERY = 10; // seconds, while it warns
const TYPING_EVERY = 60; // seconds at the most, and never longer than a quarter of the time

export function watchSession(block) {
  const dialog = block.querySelector("dialog");
  const part = (name) => block.querySelector(`[data-session-${name}]`);
  const stay = part("stay");
  let endsAt = 0;
  let warnsAt = 0;
  let typedAt = 0;
  let askedAt = 0;
  let told = Infinity;
  let timer = 0;

  function set({ ends_in, warns_in }) {
    endsAt = Date.now() + ends_in * 1000;
    warnsAt = Date.now() + warns_in * 1000;
    told = Infinity;
  }

  // Answers whether the session is alive. A server that cannot be reached says neither yes nor no.
  async function ask(options) {
    let answer;
    askedAt = Date.now();
    try {
      answer = await fetch(block.dataset.session, { redirect: "error", ...options });
    } catch {
      return undefined;
    }
    if (answer.status === 401) return false;
    if (!answer.ok) return undefined;
    const left = await answer.json();
    set(left);
    part("text").textContent = left.text;
    part("last").hidden = left.can_stay;
    stay.hidden = !left.can_stay;
    return true;
  }

  function somebodyIsHere() {
    typedAt = Date.now();
    return ask({ method: "POST", body: new URLSearchParams(new FormData(stay)) });
  }

  function say(text) {
    part("said").textContent = text;
  }

  function warn(left) {
    if (!dialog.open) {
      dialog.showModal?.();
      dialog.setAttribute("open", "");
    }
    const seconds = Math.max(0, Math.ceil(left / 1000));
    part("left").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds <= SHORTLY && told > SHORTLY) {
      say(block.dataset.lastSeconds);
    } else if (seconds <= A_MINUTE && seconds > A_MINUTE - 10 && told > A_MINUTE) {
      say(block.dataset.lastMinute);
    }
    told = seconds;
  }

  function rest() {
    if (dialog.open) {
      dialog.close?.();
      dialog.removeAttribute("open");
    }
  }

  function leave() {
    clearTimeout(timer);
    hide();
    location.replace(block.dataset.home);
  }

  async function check() {
    clearTimeout(timer);
    // Another window of the same session may have been used: the server knows.
    if (Date.now() >= warnsAt && Date.now() - askedAt > ASK_EVERY * 1000) {
      if ((await ask({})) === false) return leave();
    }
    const left = endsAt - Date.now();
    if (left <= 0) return (await ask({})) === true ? check() : leave();
    if (Date.now() >= warnsAt) {
      warn(left);
      timer = setTimeout(check, 1000);
    } else {
      rest();
      // Timers stop while a phone sleeps, so it looks again now and then.
      timer = setTimeout(check, Math.min(warnsAt - Date.now(), 30_000));
    }
  }

  async function stayHere() {
    const alive = await somebodyIsHere();
    if (alive === false) return leave();
    if (alive) {
      say(block.dataset.stayed);
      rest();
    }
    check();
  }

  stay.addEventListener("submit", (event) => {
    event.preventDefault();
    stayHere();
  });
  // Escape means the same as the button: whoever presses it is there.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stayHere();
  });

  document.addEventListener("input", () => {
    const pause = Math.min(TYPING_EVERY, Number(block.dataset.endsIn) / 4) * 1000;
    if (Date.now() - typedAt > pause) somebodyIsHere().then(check);
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (Date.now() >= endsAt) hide();
    check();
  });

  // A page that the browser keeps for its Back button is kept empty, and shown again only when the
  // server says that its session is still alive.
  window.addEventListener("pagehide", hide);
  window.addEventListener("pageshow", async (event) => {
    if (!event.persisted) return;
    if ((await ask({})) !== true) return leave();
    unhide();
    check();
  });

  set({ ends_in: Number(block.dataset.endsIn), warns_in: Number(block.dataset.warnsIn) });
  check();
}

function hide() {
  document.documentElement.classList.add("app-hidden");
}

function unhide() {
  document.documentElement.classList.remove("app-hidden");
}
