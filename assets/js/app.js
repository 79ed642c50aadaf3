// What JavaScript adds to pages that work without it.

import { createAll } from "govuk-frontend/dist/govuk/init.mjs";
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { NotificationBanner } from "govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";

import { keep } from "./keeping.js";
import { leave } from "./leaving.js";
import { downloads } from "./downloads.js";
import { live } from "./live.js";
import { followUp } from "./questions.js";
import { fillReplies } from "./replies.js";
import { sendOnce } from "./sending.js";
import { countUnread } from "./unread.js";
import { watchSession } from "./session.js";

// The kit asks for these two classes before it does anything. Set here, they need no inline script.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  Radios,
  SkipLink,
]) {
  createAll(component);
}

const enhancements = {
  "nav[data-unread]": countUnread,
  "[data-session]": watchSession,
  "[data-live]": live,
  "[data-downloads]": downloads,
  "form[data-keep]": keep,
  "form[data-leaving]": leave,
  "form[data-questions]": followUp,
  "form[data-templates]": fillReplies,
  "form[data-sending]": sendOnce,
};

for (const [forms, enhance] of Object.entries(enhancements)) {
  document.querySelectorAll(forms).forEach(enhance);
}
