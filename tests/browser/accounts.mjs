// Walks to consent pages of the sandbox and back: one account, several to choose from, none, and choices that are not made as they should be.
// node accounts.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { admin, api, call, callInPage, logIn, pressOn, reads, sandbox, shoot, signUp, visitor, walk } from "./browser.mjs";

const ENGLISH = { browser: "en-GB", choose: (platform) => `Choose accounts on ${platform}`, connect: "Connect", already: "connected already" };
const INDONESIAN = {
  browser: "id-ID",
  choose: (platform) => `Pilih akun di ${platform}`,
  connect: "Hubungkan",
  howMany: "Pilih minimal satu akun dan maksimal 50 akun.",
  done: "Terhubung",
};
const REFUSED = "That did not work";
const CALLBACK = `${api}/oauth/callback`;

const token = await admin();
const team = await call("POST", "/teams", { body: { name: "Kopi Senja" }, token, status: 201 });
const ACCOUNTS = `/teams/${team.id}/accounts`;

/** Goes to the consent page, as somebody who is signed in with this token. */
async function setOut({ page }, platform, as = token) {
  const { authorization_url: address } = await callInPage(page, ACCOUNTS, { token: as, body: { platform }, status: 202 });
  await page.goto(address);
}

/** Agrees as a person of the sandbox, and is back. */
async function agree({ page }, person, yes) {
  await page.locator(".choice").filter({ hasText: person }).first().click();
  await page.getByRole("button", { name: yes, exact: true }).click();
  await page.waitForURL(CALLBACK);
}

/** The handles of the team's accounts on a platform. */
async function handles(platform) {
  const { items } = await call("GET", ACCOUNTS, { token, status: 200 });
  return items.filter((account) => account.platform === platform).map((account) => account.handle).sort();
}

const box = (page, name) => page.getByRole("checkbox", { name });
const connect = (page, { connect: name } = ENGLISH) => page.getByRole("button", { name, exact: true });

/** Neither what the platform gave out nor how we remembered it is on the page or in its address. */
async function tellsNothing(page) {
  assert.equal(page.url(), CALLBACK);
  assert.doesNotMatch(await page.content(), /sbx(secret|code)|access_token"/);
}

async function one(ana) {
  await setOut(ana, "x");
  await shoot(ana.page, "x-consent");
  await agree(ana, "Sari Wijaya", "Authorize app");
  await reads(ana.page, "Connected", "sariwijaya on X is connected.");
  await shoot(ana.page, "x-connected");
  await tellsNothing(ana.page);
  assert.deepEqual(await handles("x"), ["sariwijaya"]);
}

async function refused(ana) {
  await setOut(ana, "x");
  await ana.page.getByRole("button", { name: "Cancel" }).click();
  await reads(ana.page, REFUSED, "You did not allow it, so nothing was changed.");
  await shoot(ana.page, "x-refused");

  await setOut(ana, "facebook");
  await ana.page.getByRole("listitem").filter({ hasText: "pages_manage_posts" }).getByRole("checkbox").check();
  await agree(ana, "Eka Saputra", "Continue");
  await reads(ana.page, REFUSED, "pages_manage_posts");
  await shoot(ana.page, "facebook-not-enough");

  await setOut(ana, "facebook");
  await agree(ana, "Dimas Putra", "Continue");
  await reads(ana.page, REFUSED);
  await shoot(ana.page, "facebook-no-page");
  assert.deepEqual(await handles("facebook"), []);
}

async function several(ana) {
  const { page } = ana;
  await setOut(ana, "facebook");
  await shoot(page, "facebook-pages");
  await agree(ana, "Sari Wijaya", "Continue");
  await reads(page, ENGLISH.choose("Facebook"), "Kopi Senja", "Toko Buku Wijaya");
  await shoot(page, "choose-facebook");
  await tellsNothing(page);
  assert.deepEqual(await page.getByRole("checkbox").evaluateAll((boxes) => boxes.map(({ checked }) => checked)), [false, false]);
  for (const name of ["Kopi Senja", "Toko Buku Wijaya"]) await box(page, name).check();
  await shoot(page, "choose-facebook-chosen");
  await connect(page).click();
  await reads(page, "Connected", "Kopi Senja", "Toko Buku Wijaya", "You can close this page.");
  await shoot(page, "chosen-facebook");
  assert.deepEqual(await handles("facebook"), ["100200300400502", "kopisenja"]);
}

/** By the keyboard alone, in Indonesian. */
async function byKeyboard(browser) {
  const tuti = await visitor(browser, INDONESIAN.browser);
  const { page } = tuti;
  await setOut(tuti, "slack");
  await shoot(page, "slack-consent");
  await pressOn(page, page.getByRole("radio").first(), "Space");
  await pressOn(page, page.locator("button.yes"));
  await reads(page, INDONESIAN.choose("Slack"));
  await pressOn(page, connect(page, INDONESIAN));
  await page.getByRole("alert").filter({ hasText: INDONESIAN.howMany }).waitFor();
  await shoot(page, "choose-slack-nothing");
  await page.locator("body").evaluate(() => document.activeElement.blur());
  await pressOn(page, page.getByRole("checkbox").nth(1), "Space");
  assert.equal(await page.getByRole("alert").count(), 0);
  await pressOn(page, page.getByRole("checkbox").nth(2), "Space");
  await pressOn(page, page.getByRole("checkbox").nth(2), "Space");
  await pressOn(page, connect(page, INDONESIAN));
  await reads(page, INDONESIAN.done);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), INDONESIAN.done);
  await shoot(page, "chosen-slack");
  assert.equal((await handles("slack")).length, 1);
  assert.deepEqual(tuti.complaints, []);
}

async function elsewhere(browser, ana) {
  const { page } = ana;
  await setOut(ana, "facebook");
  await agree(ana, "Sari Wijaya", "Continue");
  await reads(page, ENGLISH.choose("Facebook"), ENGLISH.already);
  assert.ok(await box(page, "Kopi Senja").isChecked());
  await shoot(page, "choose-facebook-again");
  const offer_id = await page.locator("form").getAttribute("data-offer");
  const accounts = ["100200300400501"];

  await call("POST", "/oauth/choose", { body: { offer_id, accounts }, status: 404 });
  const thief = await visitor(browser);
  await setOut(thief, "x");
  await callInPage(thief.page, "/oauth/choose", { token, body: { offer_id, accounts }, status: 404 });
  // The right browser can still choose; and once it has, nothing is left of the offer.
  const other = await ana.context.newPage();
  await callInPage(other, "/oauth/choose", { body: { offer_id, accounts: ["100200300400503"] }, status: 422 });
  const { items } = await callInPage(other, "/oauth/choose", { body: { offer_id, accounts }, status: 201 });
  assert.deepEqual(items.map(({ handle }) => handle), ["kopisenja"]);
  await other.close();
  await connect(page).click();
  await reads(page, "It is too late to choose", "Begin again");
  await shoot(page, "chosen-before");
  await page.reload();
  await reads(page, REFUSED, "There is nothing left to finish here");
  assert.deepEqual(await handles("facebook"), ["100200300400502", "kopisenja"]);
  assert.deepEqual([...thief.complaints, ...ana.complaints], []);
}

/** Whoever may no longer manage the team does not connect anything to it, however far it has come. */
async function demoted(browser) {
  const person = { email: "lestari@example.com", password: "coffee on a rainy evening", name: "Lestari" };
  const { id } = await signUp(person);
  await call("POST", `/teams/${team.id}/members`, { token, body: { user_id: id, role: "admin" }, status: 201 });
  const lestari = await visitor(browser);
  await setOut(lestari, "linkedin", (await logIn(person)).access_token);
  await shoot(lestari.page, "linkedin-consent");
  await agree(lestari, "Sari Wijaya", "Allow");
  await reads(lestari.page, ENGLISH.choose("LinkedIn"));
  await shoot(lestari.page, "choose-linkedin");
  await call("PATCH", `/teams/${team.id}/members/${id}`, { token, body: { role: "editor" }, status: 200 });
  await lestari.page.getByRole("checkbox").first().check();
  await connect(lestari.page).click();
  await reads(lestari.page, REFUSED, "You may not connect accounts for this team any more.");
  await shoot(lestari.page, "choose-demoted");
  assert.deepEqual(await handles("linkedin"), []);
  assert.deepEqual(lestari.complaints, []);
}

/** Every platform's consent page, and the list of the people who have accounts there. */
async function fits({ page, complaints }) {
  const { items } = await call("GET", "/platforms", { token, status: 200 });
  const byConsent = items.filter(({ connect }) => connect.some((fields) => fields.length === 0));
  assert.equal(byConsent.length, 11);
  for (const { platform } of byConsent) {
    await setOut({ page }, platform);
    await page.getByRole("radio").first().waitFor();
    await shoot(page, `consent-${platform}`);
  }
  await page.goto(`${sandbox}/accounts`);
  await shoot(page, "accounts");
  assert.deepEqual(complaints, []);
}

await walk(async (browser, holds) => {
  const ana = await visitor(browser);
  await holds("an X account is connected by consent", () => one(ana));
  await holds("what was not allowed, or not all of it, connects nothing", () => refused(ana));
  await holds("of several pages those are connected that were chosen", () => several(ana));
  await holds("channels are chosen by the keyboard alone, in Indonesian", () => byKeyboard(browser));
  await holds("only the browser that brought the consent back chooses, once", () => elsewhere(browser, ana));
  await holds("whoever stopped being an admin meanwhile connects nothing", () => demoted(browser));
  await holds("every consent page fits a phone", () => fits(ana));
});
