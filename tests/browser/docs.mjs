// Looks at the pages that people see: the mail, the confirmation, Swagger UI and the way through a consent page.
// node docs.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { api, call, callInPage, clickInMail, folder, logIn, reads, sandbox, shoot, until, visitor, walk } from "./browser.mjs";

const PERSON = { email: "ana@example.com", password: "correct horse battery", name: "Ana" };

async function confirmation(ana) {
  await call("POST", "/register", { body: PERSON, status: 202 });
  await until("the mail", async () => (await (await fetch(`${sandbox}/outbox.json`)).json()).length > 0);
  await ana.page.goto(`${sandbox}/outbox`);
  await ana.page.frameLocator("iframe").first().getByRole("link", { name: "Confirm" }).waitFor();
  await shoot(ana.page, "outbox");
  const page = await clickInMail(ana, PERSON.email, "Confirm your address", "Confirm");
  await page.getByRole("button", { name: "Confirm" }).click();
  await reads(page, "Your account is ready");
  assert.deepEqual(ana.complaints, []);
}

async function swaggerUi({ page, complaints }, token) {
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
}

async function consent({ page, complaints }, token, team) {
  const body = { platform: "mastodon", host: "mastodon.sandbox" };
  const begin = async () => page.goto((await callInPage(page, `/teams/${team}/accounts`, { token, body, status: 202 })).authorization_url);
  await begin();
  await shoot(page, "consent");
  await page.getByText("harbour@mastodon.sandbox").click();
  await page.getByRole("button", { name: "Authorize" }).click();
  await reads(page, "Connected", "harbour@mastodon.sandbox on Mastodon is connected");
  await shoot(page, "connected");
  const accounts = await call("GET", `/teams/${team}/accounts`, { token, status: 200 });
  assert.deepEqual(accounts.items.map((account) => account.handle), ["harbour@mastodon.sandbox"]);

  await begin();
  await page.getByRole("button", { name: "Deny" }).click();
  await reads(page, "That did not work", "You did not allow it, so nothing was changed.");
  await shoot(page, "not-connected");
  assert.deepEqual(complaints, []);
}

await walk(async (browser, holds) => {
  const ana = await visitor(browser);
  await holds("the mail in the outbox leads to the confirmation", () => confirmation(ana));
  const { access_token: token } = await logIn(PERSON);
  const team = await call("POST", "/teams", { body: { name: "Harbour news" }, token, status: 201 });
  await holds("Swagger UI shows every operation and executes GET /teams", () => swaggerUi(ana, token));
  await holds("the consent page leads to the connected account, or back without one", () => consent(ana, token, team.id));
});
