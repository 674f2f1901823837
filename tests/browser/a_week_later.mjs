// Comes back to the invitations that invitations.mjs left open, when they have expired.
// node a_week_later.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { call, clickInMail, logIn, mailsTo, reads, shoot, signUp, until, visitor, walk } from "./browser.mjs";
import { ENGLISH, INDONESIAN } from "./invitation_words.mjs";

async function comeBack(somebody, { team: name, host, late: person, mail, button, title, first, signedUp, joined, unusable, browser }) {
  const subject = mail(name);
  const expired = await clickInMail(somebody, person.email, subject, button);
  await reads(expired, unusable);
  await shoot(expired, `expired-${browser}`);

  const { access_token: token } = await logIn(host);
  const { items } = await call("GET", "/teams", { token, status: 200 });
  const invitations = `/teams/${items.find((team) => team.name === name).id}/invitations`;
  const { items: waiting } = await call("GET", invitations, { token, status: 200 });
  const { id, status } = waiting.find(({ email }) => email === person.email);
  assert.equal(status, "expired");
  const before = (await mailsTo(person.email, subject)).length;
  await call("POST", `${invitations}/${id}/resend`, { token, status: 202 });
  await until("the mail once more", async () => (await mailsTo(person.email, subject)).length > before);

  const page = await clickInMail(somebody, person.email, subject, button);
  await reads(page, title(name), first(person.email));
  // It is the same invitation, so the link of the old mail leads there too.
  await expired.reload();
  await reads(expired, title(name));
  await signUp(person);
  await page.getByRole("link", { name: signedUp }).click();
  await page.getByRole("button", { name: button }).click();
  await reads(page, joined);
}

await walk(async (browser, holds) => {
  for (const words of [ENGLISH, INDONESIAN]) {
    const somebody = await visitor(browser, words.browser);
    await holds(`${words.browser}: an invitation that has expired opens nothing until it is mailed once more`, () => comeBack(somebody, words));
    assert.deepEqual(somebody.complaints, []);
  }
});
