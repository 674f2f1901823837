// How somebody goes to a provider and comes back, and how that is watched and disturbed.

import { api, callInPage } from "./browser.mjs";
import { PEOPLE } from "./oidc.mjs";

export const [ISSUER, CLIENT_ID, CLIENT_SECRET] = process.argv.slice(5);
export const CALLBACK = `${api}/oauth/callback`;

/** Opens the address that leads to the provider. */
export const setOut = (page, provider = "google") => page.goto(`${api}/oauth/authorize?provider=${provider}`);

/** Asks the API where to go, as a page does, and goes there. */
export const setOutBy = (page, path, token) => async () => {
  const body = { provider: "google" };
  const { authorization_url: address } = await callInPage(page, path, { body, token, status: 202 });
  await page.goto(address);
};

export const isBack = (page) => page.waitForURL((url) => url.href.startsWith(CALLBACK));

/** Neither code nor state stay in the address of somebody who is signed in, nor what Facebook puts behind it. */
export const isClean = (page) => page.waitForURL(CALLBACK);

/** Goes to the server that is called Google, and comes back as that person. Whoever is logged in there is not asked again. */
export async function withGoogle(page, person, start = () => setOut(page)) {
  await start();
  if (page.url().startsWith(ISSUER)) {
    await page.getByLabel(PEOPLE[person].name).check();
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("button", { name: "Agree" }).click();
  }
  await isBack(page);
}

export async function withFacebook(page, name) {
  await setOut(page, "facebook");
  await page.getByText(name).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await isBack(page);
}

/** The addresses that the browser comes back to, oldest first. */
export function returnsOf({ page }) {
  const addresses = [];
  page.on("request", (request) => request.url().startsWith(`${CALLBACK}?`) && addresses.push(request.url()));
  return addresses;
}

/** An address that a browser was to come back to, and did not. */
export async function heldReturn({ page, context }, person) {
  const addresses = returnsOf({ page });
  // Playwright's own routes do not see where a redirect leads.
  const devTools = await context.newCDPSession(page);
  const responseHeaders = [{ name: "Content-Security-Policy", value: "default-src 'none'" }];
  const held = { responseCode: 200, responseHeaders, body: btoa("held back") };
  devTools.on("Fetch.requestPaused", ({ requestId }) => devTools.send("Fetch.fulfillRequest", { requestId, ...held }));
  await devTools.send("Fetch.enable", { patterns: [{ urlPattern: `${CALLBACK}?*` }] });
  await withGoogle(page, person);
  await devTools.detach();
  return addresses.at(-1);
}

/** The address with one parameter changed, or without it. */
export function changed(address, parameter, change) {
  const url = new URL(address);
  const value = change(url.searchParams.get(parameter));
  if (value === undefined) url.searchParams.delete(parameter);
  else url.searchParams.set(parameter, value);
  return url.href;
}

export const otherEnd = (text) => text.slice(0, -1) + (text.endsWith("A") ? "Q" : "A");
