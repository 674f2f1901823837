// What the walks through the pages have in common: a browser that is watched, the API, and the outbox.
// Every walk is started as: node <walk>.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

export const [api, sandbox, folder] = process.argv.slice(2);
/** The deployment's admin. */
export const ADMIN = { email: "ana@example.com", password: "correct horse battery", name: "Ana" };
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"];
/** The console shows each refusal of ours too, and that a provider did not answer; what the page makes of it is looked at by the walk. */
const REFUSAL = /^Failed to load resource: the server responded with a status of (4\d\d|502) /;
const REFUSING = ["/oauth/callback", "/oauth/choose", "/verify-email", "/reset-password", "/accept-invitation"];

/** Takes steps, each with a sentence that is printed when it holds; at the first that does not, the screen is kept and all ends. */
export async function walk(steps) {
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  let sentence;
  try {
    await steps(browser, async (fact, step) => {
      sentence = fact;
      const seen = await step();
      console.log(fact);
      return seen;
    });
  } catch (error) {
    process.exitCode = 1;
    console.error(`It does not hold that ${sentence} (${folder}/failed.png):\n${error.stack}`);
    const pages = browser.contexts().flatMap((context) => context.pages());
    await pages.at(-1)?.screenshot({ path: `${folder}/failed.png` });
  } finally {
    await browser.close();
  }
}

/** Somebody with a browser of their own; `complaints` is everything that it complains about. */
export async function visitor(browser, locale = "en-GB") {
  const context = await browser.newContext({ viewport: SIZES.desktop, locale });
  context.setDefaultTimeout(15_000);
  const complaints = [];
  context.on("page", (page) => watch(page, complaints));
  const page = await context.newPage();
  return { context, page, complaints };
}

function watch(page, complaints) {
  page.on("console", (message) => {
    const { url } = message.location();
    const isRefusal = REFUSAL.test(message.text()) && url.startsWith(api) && REFUSING.includes(new URL(url).pathname);
    if (message.type() === "error" && !isRefusal) complaints.push(`${message.text()} ${url}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
}

/** Screenshots on a desk and on a phone, by day and by night; on none of them anything is wider than the screen. */
export async function shoot(page, name) {
  for (const [device, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png` });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= viewport.width, `${name} is ${width} wide on a ${device}`);
    }
  }
  await page.setViewportSize(SIZES.desktop);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Goes to something by the keyboard alone, and presses Enter there, or another key. */
export async function pressOn(page, target, key = "Enter") {
  for (let tabs = 0; tabs < 40; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) return page.keyboard.press(key);
    await page.keyboard.press("Tab");
  }
  assert.fail(`the keyboard does not get to ${target}`);
}

/** The heading and the first words of a page of ours, once it has the heading. */
export async function reads(page, heading, ...words) {
  await page.getByRole("heading", { name: heading, exact: true }).waitFor();
  const text = await page.locator("main").innerText();
  for (const word of words) assert.ok(text.includes(word), `the page “${heading}” does not say “${word}”: ${text}`);
}

/** Asks the API from outside every browser. */
export async function call(method, path, { body, token, status }) {
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.status, status, `${method} ${path}: ${text}`);
  return text && JSON.parse(text);
}

/** Asks the API as a page of its own does, so that the browser keeps the cookies of the answer. */
export async function callInPage(page, path, { body, token, status }) {
  await page.goto(`${api}/docs`);
  const answer = await page.evaluate(
    async ([path, body, token]) => {
      const headers = { Accept: "application/json", "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
      const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
    [path, body, token],
  );
  assert.equal(answer.status, status, `POST ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function until(what, look) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited too long for ${what}`);
}

/** The mails to an address with this subject, the newest first. */
export async function mailsTo(address, subject) {
  const mails = await (await fetch(`${sandbox}/outbox.json`)).json();
  return mails.filter((mail) => mail.to === address && mail.subject === subject);
}

/** The newest of these mails, once it is there. */
export function mailTo(address, subject) {
  return until(`the mail “${subject}” to ${address}`, async () => (await mailsTo(address, subject))[0]);
}

/** The link in a mail. */
export async function linkTo(address, subject) {
  const { text } = await mailTo(address, subject);
  return text.match(/https?:\/\/\S+/)[0];
}

/** Opens the mail in the outbox and clicks on its button. */
export async function clickInMail({ page, context }, address, subject, button) {
  await mailTo(address, subject);
  await page.goto(`${sandbox}/outbox`);
  const mail = page.locator("details.mail").filter({ hasText: address }).filter({ hasText: subject }).first();
  if (!(await mail.evaluate((details) => details.open))) await mail.locator("> summary").click();
  const opened = context.waitForEvent("page");
  await mail.frameLocator("iframe").getByRole("link", { name: button, exact: true }).click();
  return opened;
}

/** Signs somebody up with a password, and confirms the address. */
export async function signUp(person) {
  await call("POST", "/register", { body: person, status: 202 });
  const link = new URL(await linkTo(person.email, person.locale === "id" ? "Konfirmasi alamat email Anda" : "Confirm your address"));
  return call("POST", "/verify-email", { body: { token: link.searchParams.get("token") }, status: 201 });
}

/** The token of the deployment's admin, who signs up if that has not happened yet. */
export async function admin() {
  const { email, password } = ADMIN;
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const { status } = await fetch(`${api}/login`, { method: "POST", headers, body: JSON.stringify({ email, password }) });
  if (status === 401) await signUp(ADMIN);
  return (await logIn(ADMIN)).access_token;
}

export async function logIn({ email, password }, status = 200) {
  return call("POST", "/login", { body: { email, password }, status });
}
