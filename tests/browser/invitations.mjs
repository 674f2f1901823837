// Walks from the mail of an invitation into a team, in both languages, and to each page where that ends before.
// node invitations.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { admin, api, call, clickInMail, linkTo, logIn, mailsTo, pressOn, reads, shoot, signUp, until, visitor, walk } from "./browser.mjs";
import { ENGLISH, INDONESIAN } from "./invitation_words.mjs";

/** A team, and how somebody who speaks the language invites to it. */
async function teamOf({ team: name, host, mail, button }) {
  const token = await admin();
  const team = await call("POST", "/teams", { body: { name }, token, status: 201 });
  const { id } = await signUp(host);
  await call("POST", `/teams/${team.id}/members`, { body: { user_id: id, role: "admin" }, token, status: 201 });
  const { access_token: asHost } = await logIn(host);
  const members = `/teams/${team.id}/members`;
  return {
    /** Invites, and opens the mail's link. */
    invite: async (somebody, email, role) => {
      const before = await mailsTo(email, mail(name));
      const invitation = await call("POST", members, { body: { email, role }, token: asHost, status: 202 });
      await until("one mail more", async () => (await mailsTo(email, mail(name))).length > before.length);
      return { invitation, page: await clickInMail(somebody, email, mail(name), button) };
    },
    add: (user, role) => call("POST", members, { body: { user_id: user, role }, token: asHost, status: 201 }),
    revoke: ({ id }) => call("DELETE", `/teams/${team.id}/invitations/${id}`, { token: asHost, status: 204 }),
    /** Addresses and roles. */
    members: async () => {
      const { items } = await call("GET", members, { token: asHost, status: 200 });
      return items.map(({ email, role }) => `${email} ${role}`);
    },
  };
}

const button = (page, { button: name }) => page.getByRole("button", { name, exact: true });

/** The heading of the end has the focus, so that it is read out. */
async function ends(page, heading) {
  await reads(page, heading);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), heading);
  assert.ok((await page.title()).startsWith(heading));
}

async function newcomer(somebody, team, words) {
  const { newcomer: person, browser } = words;
  const { page } = await team.invite(somebody, person.email, "editor");
  await reads(page, words.title(words.team), words.host.name, words.does.editor, words.first(person.email));
  assert.equal(await page.locator("html").getAttribute("lang"), browser.slice(0, 2));
  assert.equal(await page.getByRole("button").count(), 0);
  await shoot(page, `invited-newcomer-${browser}`);
  const links = await page.getByRole("link").evaluateAll((links) => links.map(({ textContent, href }) => [textContent, href]));
  const ways = ["/oauth/authorize?provider=google", "/oauth/authorize?provider=facebook", "/docs#/identity/auth-register"];
  assert.deepEqual(links, [...words.ways.map((way, n) => [way, api + ways[n]]), [words.signedUp, page.url()]]);

  const before = page.url();
  await signUp(person);
  await pressOn(page, page.getByRole("link", { name: words.signedUp }));
  await button(page, words).waitFor();
  assert.equal(page.url(), before);
  await shoot(page, `invited-${browser}`);
  // Another tab has the same page, and is slower.
  const slower = await somebody.context.newPage();
  await slower.goto(before);
  await pressOn(page, button(page, words));
  await ends(page, words.joined);
  await shoot(page, `joined-${browser}`);
  assert.ok((await team.members()).includes(`${person.email} editor`));

  await pressOn(slower, button(slower, words), "Space");
  await ends(slower, words.unusable);
  await slower.goto(before);
  await reads(slower, words.unusable);
  await shoot(slower, `joined-before-${browser}`);
  await Promise.all([page.close(), slower.close()]);
}

async function colleague(somebody, team, words) {
  const { colleague: person, browser } = words;
  const { id } = await signUp(person);
  const { page, invitation } = await team.invite(somebody, person.email, "viewer");
  await reads(page, words.title(words.team), words.does.viewer);
  await somebody.context.setOffline(true);
  await button(page, words).click();
  await page.getByRole("alert").filter({ hasText: words.offline }).waitFor();
  await shoot(page, `invited-offline-${browser}`);
  await somebody.context.setOffline(false);
  const complaints = somebody.complaints.splice(0);
  assert.ok(complaints.length > 0 && complaints.every((complaint) => complaint.includes("ERR_INTERNET_DISCONNECTED")), complaints.join("\n"));

  await team.revoke(invitation);
  await button(page, words).click();
  await ends(page, words.unusable);
  await shoot(page, `revoked-${browser}`);
  await page.reload();
  await reads(page, words.unusable);
  await page.close();

  const again = await team.invite(somebody, person.email, "viewer");
  await team.add(id, "editor");
  await button(again.page, words).click();
  await ends(again.page, words.unchanged);
  await shoot(again.page, `member-already-${browser}`);
  assert.ok((await team.members()).includes(`${person.email} editor`));
  await again.page.close();
}

async function forged(somebody, words) {
  const link = new URL(await linkTo(words.newcomer.email, words.mail(words.team)));
  const [id] = link.searchParams.get("token").split(".");
  for (const token of [id, `${id}.`, `${id}.${"A".repeat(43)}`, "x"]) {
    link.searchParams.set("token", token);
    await somebody.page.goto(link.href);
    await reads(somebody.page, words.unusable);
  }
}

await walk(async (browser, holds) => {
  for (const words of [ENGLISH, INDONESIAN]) {
    const somebody = await visitor(browser, words.browser);
    const team = await teamOf(words);
    const language = words.browser;
    await holds(`${language}: whoever has no account yet signs up, and then joins by the same link, once`, () => newcomer(somebody, team, words));
    await holds(`${language}: an invitation that was taken back opens nothing, and nobody joins twice`, () => colleague(somebody, team, words));
    await holds(`${language}: a link that was not mailed opens nothing`, () => forged(somebody, words));
    await team.invite(somebody, words.late.email, "editor"); // a_week_later.mjs goes on from here
    assert.deepEqual(somebody.complaints, []);
  }
});
