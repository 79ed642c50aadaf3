// A form with data-questions shows a follow-up question only while it is asked. The server decides
// the same again from the same conditions, and without this script every question is shown.

export function followUp(form) {
  const followUps = [...form.querySelectorAll("[data-asked-when]")];
  if (form.dataset.questions === "marked") {
    // Tells the server that new questions were seen when an answer brought them up.
    const mark = document.createElement("input");
    Object.assign(mark, { type: "hidden", name: "script", value: "1" });
    form.append(mark);
  }

  function update() {
    for (const block of followUps) {
      const asked = isAsked(JSON.parse(block.dataset.askedWhen), form);
      block.hidden = !asked;
      for (const control of block.querySelectorAll("input, textarea, select")) {
        // Asked, but inside a question that is not asked, is still not asked.
        control.disabled = control.closest("[data-asked-when][hidden]") !== null;
      }
    }
  }

  form.addEventListener("input", update);
  // A page that comes back from the browser's cache keeps its answers.
  window.addEventListener("pageshow", update);
  update();
}

function isAsked({ any, conditions }, form) {
  const met = ({ question, operator, answer }) => {
    const given = new FormData(form).getAll(question).filter((value) => value !== "");
    if (operator === "exists") {
      return given.length > 0 === (answer === "true");
    }
    if (operator === "!=") {
      return given.length > 0 && !given.some((value) => value === answer || isSameNumber(value, answer));
    }
    if (operator === "=") {
      return given.some((value) => value === answer || isSameNumber(value, answer));
    }
    return given.some((value) => compares(comparable(value), operator, comparable(answer)));
  };
  return any ? conditions.some(met) : conditions.every(met);
}

function isSameNumber(value, answer) {
  return value.trim() !== "" && Number(value.replace(",", ".")) === Number(answer);
}

// Numbers as numbers. A date and a time stand in an order in which their letters do, too.
function comparable(text) {
  const number = Number(text.replace(",", "."));
  return Number.isNaN(number) ? text : number;
}

function compares(value, operator, answer) {
  const outcomes = {
    ">": value > answer,
    "<": value < answer,
    ">=": value >= answer,
    "<=": value <= answer,
  };
  return outcomes[operator] ?? false;
}
