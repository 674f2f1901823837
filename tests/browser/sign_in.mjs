// Walks to an OpenID Connect server that is called Google, and to the sandbox's Facebook, and back: signing up, in, and linking.
// node sign_in.mjs <address of the API> <address of the sandbox> <folder for screenshots> <issuer> <client id> <client secret>

import assert from "node:assert/strict";
import { api, call, clickInMail, linkTo, logIn, mailTo, reads, shoot, signUp, visitor, walk } from "./browser.mjs";
import { PEOPLE, serve } from "./oidc.mjs";
import {
  CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER, changed, heldReturn, isBack, isClean, otherEnd, returnsOf, setOut, setOutBy, withFacebook, withGoogle,
} from "./trips.mjs";

const WELCOME = "You are logged in";
const REFUSED = "That did not work";
const google = await serve(ISSUER, { id: CLIENT_ID, secret: CLIENT_SECRET, redirectUri: CALLBACK });

/** The access token, from the page, as a person gets it. */
async function tokenOn(page) {
  await reads(page, WELCOME);
  const field = page.getByLabel("Access token", { exact: true });
  assert.doesNotMatch(await field.inputValue(), /eyJ/, "the token is shown before it was asked for");
  await page.getByRole("button", { name: "Show" }).first().click();
  return field.inputValue();
}

const me = (token, status = 200) => call("GET", "/me", { token, status });
const withoutTimes = ({ signed_in_at: _, ...user }) => user;

async function visit(page, address, status) {
  const answer = await page.goto(address);
  assert.equal(answer.status(), status, await page.locator("main").innerText());
  return answer;
}

async function signUpAndIn(browser) {
  const mira = await visitor(browser);
  await mira.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: api });
  const addresses = returnsOf(mira);
  await withGoogle(mira.page, "mira");
  await reads(mira.page, WELCOME, "Welcome, Mira Santoso.");
  await isClean(mira.page);
  await shoot(mira.page, "signed-in");
  const cookies = (await mira.context.cookies(api)).filter(({ name }) => name.startsWith("__Host-"));
  assert.deepEqual(cookies.map(({ secure, httpOnly, sameSite }) => [secure, httpOnly, sameSite]), [[true, true, "Lax"]]);
  const token = await tokenOn(mira.page);
  await shoot(mira.page, "signed-in-token");
  await mira.page.getByRole("button", { name: "Copy" }).first().click();
  await mira.page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await mira.page.evaluate(() => navigator.clipboard.readText()), token);

  const user = await me(token);
  assert.deepEqual([user.email, user.name, user.has_password], [PEOPLE.mira.email, PEOPLE.mira.name, false]);
  assert.deepEqual(user.identities.map(({ provider, email }) => [provider, email]), [["google", PEOPLE.mira.email]]);

  await withGoogle(mira.page, "mira", setOutBy(mira.page, "/login"));
  const again = await tokenOn(mira.page);
  assert.notEqual(again, token);
  assert.deepEqual(withoutTimes(await me(again)), withoutTimes(user));
  await mira.page.reload();
  await reads(mira.page, REFUSED);
  assert.equal((await me(again)).id, user.id);
  return { mira, user, token: again, address: addresses.at(-1) };
}

/** The way back was good once; `token` is of the session that it made. */
async function replay(browser, { mira, token, address }) {
  await visit(mira.page, address, 422);
  await reads(mira.page, REFUSED, "This return was used already");
  await shoot(mira.page, "replayed");
  await me(token);

  const thief = await visitor(browser);
  await visit(thief.page, address, 422);
  await reads(thief.page, REFUSED, "belongs to another browser");
  await me(token, 401);
  await mailTo(PEOPLE.mira.email, "We ended one of your sessions");
  assert.deepEqual([...mira.complaints, ...thief.complaints], []);
}

async function tamper(browser) {
  const mira = await visitor(browser);
  const address = await heldReturn(mira, "mira");
  await visit(mira.page, changed(address, "state", otherEnd), 422);
  await reads(mira.page, REFUSED, "belongs to nothing that is under way");
  const headers = (await visit(mira.page, address, 200)).headers();
  await reads(mira.page, WELCOME);
  assert.deepEqual([headers["cache-control"], headers["referrer-policy"]], ["no-store", "no-referrer"]);

  for (const wrong of [() => undefined, () => "http://127.0.0.1:1", (iss) => `${iss}/`]) {
    await visit(mira.page, changed(await heldReturn(mira, "mira"), "iss", wrong), 409);
    await reads(mira.page, REFUSED, "The answer does not come from localhost");
  }
  await visit(mira.page, changed(await heldReturn(mira, "mira"), "code", otherEnd), 409);
  await reads(mira.page, REFUSED, "does not accept the code any more");
  assert.deepEqual(mira.complaints, []);
}

async function twoAtOnce(browser) {
  const mira = await visitor(browser);
  const returns = [await heldReturn(mira, "mira"), await heldReturn(mira, "mira")];
  const tokens = [];
  for (const address of returns.reverse()) {
    await visit(mira.page, address, 200);
    tokens.push(await tokenOn(mira.page));
  }
  for (const token of tokens) await me(token);
  assert.deepEqual(mira.complaints, []);
}

/** Somebody is lured into the session of somebody else: their return, in a browser which set out by itself too. */
async function lure(browser) {
  const thief = await visitor(browser);
  const address = await heldReturn(thief, "mira");
  const lured = await visitor(browser);
  await setOut(lured.page);
  await visit(lured.page, address, 422);
  await reads(lured.page, REFUSED, "belongs to another browser");
  await shoot(lured.page, "another-browser");
  assert.deepEqual([...thief.complaints, ...lured.complaints], []);
}

async function badProofs(browser) {
  const mira = await visitor(browser);
  const refused = async (words, subject = "The proof of identity from localhost is not good") => {
    await withGoogle(mira.page, "mira");
    await reads(mira.page, REFUSED, subject, words);
  };
  google.claimOnce({ nonce: "another" });
  await refused("it answers another attempt");
  await shoot(mira.page, "refused");
  google.claimOnce({ nonce: undefined });
  await refused("it is not complete");
  google.claimOnce({ aud: "somebody-else" });
  await refused("it is meant for another application");
  google.claimOnce({ iss: "http://127.0.0.1:1" });
  await refused("it is from somebody else");
  google.claimOnce({ exp: Math.floor(Date.now() / 1000) - 61 });
  await refused("it has expired");
  google.signOnceWithAnotherKey();
  await refused("its signature is wrong");
  google.beBusyOnce();
  await refused("try again later", "Localhost could not be used");

  await withGoogle(mira.page, "mira");
  await reads(mira.page, WELCOME);
  await google.rotate();
  await withGoogle(mira.page, "mira");
  await reads(mira.page, WELCOME);
  assert.deepEqual(mira.complaints, []);
}

async function refuseConsent(browser) {
  const nobody = await visitor(browser);
  const { page } = nobody;
  for (const [agrees, provider] of [[false, "google"], [true, "google"], [false, "facebook"]]) {
    await setOut(page, provider);
    if (provider === "facebook") await shoot(page, "facebook-consent");
    if (agrees) {
      await page.getByLabel(PEOPLE.yuda.name).check();
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("heading", { name: "Do you agree?" }).waitFor();
    }
    await page.getByRole("button", { name: provider === "google" ? "Cancel" : "Not now" }).click();
    await isBack(page);
    await reads(page, REFUSED, "You did not allow it, so nothing was changed.");
    assert.doesNotMatch(await page.content(), /not today|Permissions error/, "the provider's words are repeated");
  }
  await shoot(page, "not-allowed");
  assert.deepEqual(nobody.complaints, []);
}

/** The address must be confirmed by mail, in the browser that came from the provider. */
async function confirmByMail(browser, provider, { email, name }, come) {
  const here = await visitor(browser);
  await come(here.page);
  await reads(here.page, "Look into your mailbox", email);
  await shoot(here.page, `${provider}-mail-sent`);
  const elsewhere = await visitor(browser);
  await elsewhere.page.goto(await linkTo(email, "Confirm your address"));
  await elsewhere.page.getByRole("button", { name: "Confirm" }).click();
  await reads(elsewhere.page, "Not in this browser", "Only the browser in which you signed up can confirm this address");
  await shoot(elsewhere.page, `${provider}-elsewhere`);

  const page = await clickInMail(here, email, "Confirm your address", "Confirm");
  await page.getByRole("button", { name: "Confirm" }).click();
  await reads(page, "Your account is ready");
  await come(page);
  await isClean(page);
  const user = await me(await tokenOn(page));
  assert.deepEqual([user.email, user.name, user.identities.map((identity) => identity.provider)], [email, name, [provider]]);
  assert.deepEqual([...here.complaints, ...elsewhere.complaints], []);
}

async function organisation(browser) {
  const yuda = await visitor(browser, "id-ID");
  await withGoogle(yuda.page, "yuda", setOutBy(yuda.page, "/register"));
  await reads(yuda.page, "Anda sudah masuk", "Selamat datang, Yuda Hartono.");
  await shoot(yuda.page, "signed-in-id");
  await yuda.page.getByRole("button", { name: "Lihat" }).first().click();
  const user = await me(await yuda.page.getByLabel("Token akses", { exact: true }).inputValue());
  assert.deepEqual([user.email, user.locale], [PEOPLE.yuda.email, "id"]);
  assert.deepEqual(yuda.complaints, []);
}

async function link(browser) {
  const person = { email: PEOPLE.raka.email, name: "Raka", password: "three boats and a tram" };
  const { id } = await signUp(person);
  const raka = await visitor(browser);
  await withGoogle(raka.page, "raka");
  await reads(raka.page, REFUSED, "There is an account with the address of this Google account: sign in to it as you did before, then link Google.");
  await shoot(raka.page, "address-taken");

  const { access_token: token } = await logIn(person);
  await withGoogle(raka.page, "raka", setOutBy(raka.page, "/me/identities", token));
  await reads(raka.page, "Google is linked", "You can sign in with Google from now on.");
  await shoot(raka.page, "linked");
  await mailTo(person.email, "Google was linked to your account");
  await withGoogle(raka.page, "raka");
  const user = await me(await tokenOn(raka.page));
  assert.deepEqual([user.id, user.name, user.has_password], [id, "Raka", true]);
  assert.deepEqual(raka.complaints, []);
}

async function noAddress(browser) {
  const fitri = await visitor(browser);
  await withFacebook(fitri.page, "Fitri Handayani");
  await reads(fitri.page, REFUSED, "Facebook did not share an e-mail address: sign up with an address and a password, then link Facebook.");
  await shoot(fitri.page, "no-address");
  assert.deepEqual(fitri.complaints, []);
}

await walk(async (browser, holds) => {
  const signedIn = await holds("Google signs up and in, and the token on the page works", () => signUpAndIn(browser));
  await holds("the way back is good once, and a copy of it ends the session", () => replay(browser, signedIn));
  await holds("a way back with another state, code or issuer leads nowhere", () => tamper(browser));
  await holds("two ways can be under way at once", () => twoAtOnce(browser));
  await holds("a way back leads nowhere in another browser", () => lure(browser));
  await holds("an ID token must be for this attempt, and signed by a key of the server, which may be new", () => badProofs(browser));
  await holds("refused consent changes nothing", () => refuseConsent(browser));
  const nadia = (page) => withGoogle(page, "nadia");
  await holds("an address that Google has not verified is confirmed by mail, in the same browser", () => confirmByMail(browser, "google", PEOPLE.nadia, nadia));
  await holds("an organisation vouches for its addresses, and the pages speak Indonesian", () => organisation(browser));
  await holds("an address with a password is linked after signing in with it", () => link(browser));
  const eka = { email: "eka@surat.example", name: "Eka Saputra" };
  await holds("Facebook's addresses are confirmed by mail, in the same browser", () =>
    confirmByMail(browser, "facebook", eka, (page) => withFacebook(page, eka.name)),
  );
  await holds("a Facebook account without an address is told what to do", () => noAddress(browser));
});
