// Looks at the page that shows how a post will look: cards, files, what is too long, what people write who want to break it.
// node preview.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { admin, api, call, callInPage, pressOn, reads, shoot, until, visitor, walk } from "./browser.mjs";

const STRANGE = `<script>alert(1)</script> "><img src=x onerror=alert(2)> </style> \u202egnp.exe\u202c ${"long".repeat(60)} #harbour https://www.example.com/a?b=1&c="2"`;
const LONG = "We have moved the roastery, and there is more to say about it than fits. ".repeat(60);
/** The least contrast of words to what is behind them (WCAG 2.2, 1.4.3). */
const READABLE = 4.5;

const token = await admin();
const team = await call("POST", "/teams", { body: { name: "Kopi Pratinjau" }, token, status: 201 });
const ACCOUNTS = `/teams/${team.id}/accounts`;

async function connect({ page }) {
  const password = { platform: "bluesky", host: "bluesky.sandbox", identifier: "alice.bluesky.sandbox", password: "demo-pass-word-0001" };
  await call("POST", ACCOUNTS, { body: password, token, status: 201 });
  for (const [platform, person, yes] of [["x", "Sari Wijaya", "Authorize app"], ["pinterest", "Kopi Aurora", "Give access"]]) {
    const { authorization_url: address } = await callInPage(page, ACCOUNTS, { token, body: { platform }, status: 202 });
    await page.goto(address);
    await page.locator(".choice").filter({ hasText: person }).first().click();
    await page.getByRole("button", { name: yes, exact: true }).click();
    await page.waitForURL(`${api}/oauth/callback`);
  }
  const { items } = await call("GET", ACCOUNTS, { token, status: 200 });
  assert.equal(items.length, 3);
  return items.map(({ id }) => id);
}

/** Uploads what the browser shows now, as a photograph. */
async function upload({ page }) {
  await page.goto(`${api}/docs`, { waitUntil: "networkidle" });
  const photo = await page.screenshot({ type: "jpeg" });
  const { id, upload } = await call("POST", "/media", { body: { team_id: team.id, content_type: "image/jpeg", bytes: photo.length }, token, status: 201 });
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", new Blob([photo], { type: "image/jpeg" }));
  const sent = await fetch(upload.url, { method: "POST", body: form });
  assert.ok(sent.ok, `${sent.status} ${await sent.text()}`);
  await until("the photograph to be ready", async () => (await call("GET", `/media/${id}`, { token, status: 200 })).state === "ready");
  return id;
}

/** Opens the page as the browser gets it when it asks with the body of a POST and with a token: an address alone can say neither. */
async function open({ page, context }, body, language) {
  const place = `${api}/posts/preview`;
  const asked = { Accept: "text/html", "Accept-Language": language, "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  await context.unroute(place);
  await context.route(place, (route) => route.continue({ method: "POST", headers: { ...route.request().headers(), ...asked }, postData: JSON.stringify(body) }));
  const answer = await page.goto(place);
  assert.equal(answer.status(), 200, await answer.text());
}

/** Words that are hard to read, with their contrast: of all that stand on a plain ground. */
function faint(page) {
  return page.evaluate((least) => {
    const light = (rgb) => rgb.slice(0, 3).map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const parts = (color) => {
      const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
      const scale = color.startsWith("color(srgb") ? 255 : 1;
      return [red * scale, green * scale, blue * scale, alpha];
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const { backgroundColor, backgroundImage } = getComputedStyle(at);
        if (backgroundImage !== "none") return null;
        if (parts(backgroundColor)[3] === 1) return parts(backgroundColor);
      }
      return null;
    };
    const found = [];
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let word; (word = words.nextNode());) {
      const element = word.parentElement;
      // What stands on pictures stands on a dark veil of its own.
      if (!word.data.trim() || !element.checkVisibility() || element.closest("style, .gallery, .upright")) continue;
      const behind = ground(element);
      if (!behind) continue;
      const [most, less] = [light(parts(getComputedStyle(element).color)), light(behind)].sort((a, b) => b - a);
      const contrast = (most + 0.05) / (less + 0.05);
      if (contrast < least) found.push(`${word.data.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
    }
    return found;
  }, READABLE);
}

async function draft(ids, media) {
  const post = { team_id: team.id, account_ids: ids, text: "The harbour market opens at nine. #harbour https://www.example.com", media };
  return (await call("POST", "/posts", { body: post, token, status: 201 })).id;
}

async function cards(ana, post_id) {
  const { page } = ana;
  await open(ana, { post_id }, "en-GB");
  await reads(page, "Preview", "alice.bluesky.sandbox", "The harbour market opens at nine.");
  assert.deepEqual(await page.locator("article").evaluateAll((all) => all.map((one) => one.className.split(" ")[1]).sort()), ["bluesky", "pinterest", "x"]);
  const json = await call("POST", "/posts/preview", { body: { post_id }, token, status: 200 });
  const stopped = json.accounts.filter(({ errors }) => errors.length > 0).length;
  assert.equal(await page.locator("nav a.bad").count(), stopped);
  assert.equal(json.publishable, stopped === 0);
  const { length, limit, remaining } = json.accounts.find(({ platform }) => platform === "bluesky").parts[0].counts[0];
  await page.getByText(`${length} of ${limit} characters · ${remaining} left`).waitFor();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await faint(page), []);
  }
  await shoot(page, "preview");
}

/** Its address is signed, and the policy lets in the team's files. */
async function photograph({ page, complaints }) {
  assert.deepEqual(complaints, []);
  const shown = page.getByRole("img", { name: "The documentation" });
  assert.equal(await shown.count(), 3);
  for (const image of await shown.all()) {
    await image.scrollIntoViewIfNeeded();
    await until("the photograph", () => image.evaluate((element) => element.complete && element.naturalWidth > 0));
  }
}

/** By the keyboard alone. */
async function described({ page }) {
  const alt = page.locator(".bluesky details.alt");
  await pressOn(page, alt.locator("summary"));
  assert.ok(await alt.getByText("The documentation").isVisible());
}

async function long(ana, ids) {
  const { page } = ana;
  await open(ana, { post: { team_id: team.id, account_ids: ids, text: LONG } }, "en-GB");
  const bluesky = page.locator(".bluesky");
  await bluesky.getByRole("heading", { name: "To be put right" }).waitFor();
  assert.ok((await bluesky.locator("mark").allInnerTexts()).join("").length > 300);
  assert.match(await bluesky.locator(".count.bad").first().innerText(), / too many$/);
  const folded = page.locator(".pinterest .fold");
  assert.equal(await folded.locator("> span").isVisible(), false);
  await pressOn(page, folded.locator("summary"));
  assert.ok(await folded.locator("> span").isVisible());
  await shoot(page, "preview-long");
}

async function strange(ana, ids) {
  const { page } = ana;
  page.on("dialog", () => assert.fail("a text became a script"));
  await open(ana, { post: { team_id: team.id, account_ids: ids, text: STRANGE } }, "en-GB");
  const text = page.locator(".pinterest .text").first();
  assert.equal((await text.evaluate((element) => element.textContent)).replaceAll(/… more/g, ""), STRANGE);
  assert.equal(await page.locator("script, img, main style").count(), 0);
  await shoot(page, "preview-strange");
}

async function indonesian(browser, post_id) {
  const tuti = await visitor(browser, "id-ID");
  await open(tuti, { post_id }, "id-ID,id;q=0.9");
  await reads(tuti.page, "Pratinjau", "sisa");
  await shoot(tuti.page, "preview-id");
  assert.deepEqual(tuti.complaints, []);
}

await walk(async (browser, holds) => {
  const ana = await visitor(browser);
  const ids = await holds("accounts of three platforms are connected", () => connect(ana));
  const media_id = await holds("a photograph is uploaded and checked", () => upload(ana));
  const post = await draft(ids, [{ media_id, alt: "The documentation" }]);
  await holds("each account has its card, and all of it can be read", () => cards(ana, post));
  await holds("the photograph is seen on each", () => photograph(ana));
  await holds("its description is read by the keyboard alone", () => described(ana));
  await holds("what is too long is marked, and what is folded can be unfolded", () => long(ana, ids));
  await holds("what people write stays text", () => strange(ana, ids));
  await holds("the page speaks Indonesian", () => indonesian(browser, post));
  await holds("the browser complained about nothing", () => assert.deepEqual(ana.complaints, []));
});
