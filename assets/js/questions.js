// Shows a question only while the answers that it depends on are given, by the conditions that the
// server applies too (data-asked-when). What is hidden is not sent, and comes back as it was.

const HOLDS = {
  "=": (given, wanted) => given.some((value) => isSame(value, wanted)),
  "!=": (given, wanted) => given.length > 0 && !given.some((value) => isSame(value, wanted)),
  exists: (given, wanted) => given.length > 0 === (wanted === "true"),
  ">": (given, wanted) => given.some((value) => Number(value) > Number(wanted)),
  "<": (given, wanted) => given.some((value) => Number(value) < Number(wanted)),
  ">=": (given, wanted) => given.some((value) => Number(value) >= Number(wanted)),
  "<=": (given, wanted) => given.some((value) => Number(value) <= Number(wanted)),
};

export function askWhenNeeded(form) {
  const dependent = [...form.querySelectorAll("[data-asked-when]")].map((block) => ({
    block,
    rule: JSON.parse(block.dataset.askedWhen),
  }));

  // In the order of the page, so that hiding one question also hides those that hang on it.
  const update = () => {
    for (const { block, rule } of dependent) {
      const met = rule.conditions.map((one) => holds(form, one));
      show(block, rule.any ? met.includes(true) : !met.includes(false));
    }
  };

  form.addEventListener("input", update);
  window.addEventListener("pageshow", update); // the browser may have put answers back by now
  update();
}

function holds(form, { question, operator, answer }) {
  // What is disabled is left out of the form's data: an answer to a hidden question does not count.
  const given = new FormData(form).getAll(question).map((value) => value.trim()).filter(Boolean);
  return HOLDS[operator](given, answer);
}

// "5.0" and "5" are one number, and no two codes of one question differ so little.
function isSame(value, wanted) {
  return value === wanted || Number(value) === Number(wanted); // NaN equals nothing
}

function show(block, asked) {
  block.hidden = !asked;
  for (const control of block.querySelectorAll("input, select, textarea")) {
    control.disabled = !asked || control.closest("[data-asked-when][hidden]") !== null;
  }
}
