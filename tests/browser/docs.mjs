// Looks at the pages that people see: the mail, the confirmation, Swagger UI and the way through a consent page.
// node docs.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const [api, sandbox, folder] = process.argv.slice(2);
const PERSON = { email: "ana@example.com", password: "correct horse battery", name: "Ana" };
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"];

async function call(method, path, { body, token, status }) {
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.status, status, `${method} ${path}: ${text}`);
  return JSON.parse(text);
}

async function until(what, look) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited too long for ${what}`);
}

/** A page that remembers everything the browser complains about. */
async function watched(context) {
  const page = await context.newPage();
  const complaints = [];
  watch(page, complaints);
  return { page, complaints };
}

function watch(page, complaints) {
  page.on("console", (message) => message.type() === "error" && complaints.push(`${message.text()} ${message.location().url ?? ""}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
}

/** Screenshots on a desk and on a phone, by day and by night; on none of them anything is wider than the screen. */
async function shoot(page, name) {
  for (const [device, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png` });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= viewport.width, `${name} is ${width} wide on a ${device}`);
    }
  }
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
}

async function mail(context) {
  await call("POST", "/register", { body: PERSON, status: 202 });
  await until("the mail", async () => (await (await fetch(`${sandbox}/outbox.json`)).json()).length > 0);
  const { page, complaints } = await watched(context);
  await page.goto(`${sandbox}/outbox`);
  await page.frameLocator("iframe").first().getByRole("link", { name: "Confirm" }).waitFor();
  await shoot(page, "outbox");
  const opened = context.waitForEvent("page");
  await page.frameLocator("iframe").first().getByRole("link", { name: "Confirm" }).click();
  assert.deepEqual(complaints, []);
  return opened;
}

async function confirmation(page) {
  const complaints = [];
  watch(page, complaints);
  const address = page.url();
  const button = page.getByRole("button", { name: "Confirm" });
  await button.waitFor();
  await shoot(page, "verify-email");
  await button.click();
  await page.getByRole("heading", { name: "Your account is ready" }).waitFor();
  assert.equal(await button.count(), 0);
  await shoot(page, "verify-email-done");
  assert.deepEqual(complaints, []);

  // The link is good for one confirmation. The refusal is an answer with status 422, which the console shows too.
  await page.goto(address);
  await button.click();
  await page.getByRole("heading", { name: "This link cannot be used any more" }).waitFor();
  await shoot(page, "verify-email-used");
}

async function swaggerUi(context, token) {
  const { page, complaints } = await watched(context);
  const description = await (await fetch(`${api}/openapi.json`)).json();
  const operations = Object.values(description.paths).flatMap(Object.keys).length;
  await page.goto(`${api}/docs`);
  await page.locator(".opblock").first().waitFor();
  await until(`${operations} operations`, async () => (await page.locator(".opblock").count()) === operations);
  await page.screenshot({ path: `${folder}/docs.png`, fullPage: true });

  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator(".auth-container input").fill(token);
  await page.locator(".auth-container").getByRole("button", { name: "Apply credentials" }).click();
  await page.locator(".modal-ux").getByRole("button", { name: "Close" }).first().click();

  const operation = page.locator("#operations-teams-teams-list");
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).or(operation.getByRole("button", { name: "Cancel" })).first().waitFor();
  const tryItOut = operation.getByRole("button", { name: "Try it out" });
  if (await tryItOut.isVisible()) await tryItOut.click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const live = operation.locator(".live-responses-table .response-col_status");
  await live.first().waitFor();
  await operation.screenshot({ path: `${folder}/docs-teams.png` });
  assert.match((await live.allTextContents()).join(" "), /\b200\b/);
  assert.match(await operation.locator(".live-responses-table").innerText(), /Harbour news/);
  assert.deepEqual(complaints, []);
  return operations;
}

async function consent(context, token, team) {
  const begin = async () => {
    const body = { platform: "mastodon", host: "mastodon.sandbox" };
    return (await call("POST", `/teams/${team}/accounts`, { token, body, status: 202 })).authorization_url;
  };
  const { page, complaints } = await watched(context);
  await page.goto(await begin());
  await shoot(page, "consent");
  await page.getByText("harbour@mastodon.sandbox").click();
  await page.getByRole("button", { name: "Authorize" }).click();
  await page.getByRole("heading", { name: "Connected", exact: true }).waitFor();
  await page.getByText("harbour@mastodon.sandbox is connected").waitFor();
  await shoot(page, "connected");
  assert.deepEqual(complaints, []);
  const accounts = await call("GET", `/teams/${team}/accounts`, { token, status: 200 });
  assert.deepEqual(accounts.items.map((account) => account.handle), ["harbour@mastodon.sandbox"]);

  await page.goto(await begin());
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByRole("heading", { name: "Not connected" }).waitFor();
  await shoot(page, "not-connected");
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
try {
  const context = await browser.newContext({ viewport: DESKTOP });
  context.setDefaultTimeout(15_000);
  const opened = await mail(context);
  console.log("the mail in the outbox leads to the confirmation");
  await confirmation(opened);
  console.log("the button confirms the address, once");
  const { access_token: token } = await call("POST", "/login", { body: { email: PERSON.email, password: PERSON.password }, status: 200 });
  const team = await call("POST", "/teams", { body: { name: "Harbour news" }, token, status: 201 });
  const operations = await swaggerUi(context, token);
  console.log(`Swagger UI shows ${operations} operations and executes GET /teams`);
  await consent(context, token, team.id);
  console.log("the consent page leads to the connected account, or back without one");
} catch (error) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await pages.at(-1)?.screenshot({ path: `${folder}/failed.png` });
  throw error;
} finally {
  await browser.close();
}
console.log(`screenshots: ${folder}`);
