// A copy of the record comes piece by piece, and takes a while: this says how far it is. What was
// received stays in memory until it is saved. Without JavaScript it is a plain download.

const REVOKED_AFTER = 60_000;
const SAID_EVERY = 2_000;

export function downloads(list) {
  const status = document.createElement("p");
  status.className = "app-sending";
  status.setAttribute("role", "status");
  list.after(status);
  let busy = false;

  for (const link of list.querySelectorAll("a[download]")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      if (busy) {
        return;
      }
      busy = true;
      try {
        const answer = await fetch(link.href, { credentials: "same-origin" });
        save(await received(answer, list.dataset.receiving, status), nameOf(answer));
        status.textContent = list.dataset.ready;
      } catch {
        status.textContent = list.dataset.failed;
      }
      busy = false;
    });
  }
}

async function received(answer, words, status) {
  // A page in place of the file means that the session is over, or that something else is wrong.
  if (!answer.ok || !answer.headers.get("Content-Disposition")?.startsWith("attachment")) {
    throw new Error("no file");
  }
  const pieces = [];
  let size = 0;
  let said = 0; // when: a screen reader that is told of each piece talks without end
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) {
      return new Blob(pieces, { type: answer.headers.get("Content-Type") });
    }
    pieces.push(value);
    size += value.length;
    if (Date.now() - said > SAID_EVERY) {
      said = Date.now();
      status.textContent = words.replace("{kb}", Math.round(size / 1000));
    }
  }
}

function nameOf(answer) {
  return /filename="?([\w.-]+)"?/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? "record";
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_AFTER);
}
