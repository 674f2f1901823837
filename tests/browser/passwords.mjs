// Walks the way of a password by the pages, in both languages: the mail that confirms, the mail that resets, and what ends then.
// node passwords.mjs <address of the API> <address of the sandbox> <folder for screenshots>

import assert from "node:assert/strict";
import { call, clickInMail, logIn, mailTo, reads, shoot, until, visitor, walk } from "./browser.mjs";

const NEW = "seven small wooden chairs";
const ENGLISH = {
  browser: "en-GB",
  person: { email: "dewi@example.com", password: "an orange bicycle bell", name: "Dewi" },
  confirm: { mail: "Confirm your address", title: "Confirm your address", button: "Confirm", done: "Your account is ready", used: "This link cannot be used any more" },
  reset: {
    mail: "Choose a new password",
    button: "Choose a new password",
    fields: ["New password", "The same again"],
    show: "Show",
    save: "Save",
    short: "At least 15 characters, please.",
    different: "This is not the same password.",
    common: "The password",
    done: "Your password is changed",
    used: "This link cannot be used any more",
    told: "Your password was changed",
  },
};
const INDONESIAN = {
  browser: "id-ID",
  person: { email: "agus@example.com", password: "lonceng sepeda jingga", name: "Agus", locale: "id" },
  confirm: {
    mail: "Konfirmasi alamat email Anda",
    title: "Konfirmasi alamat email Anda",
    button: "Konfirmasi",
    done: "Akun Anda siap digunakan",
    used: "Tautan ini tidak dapat digunakan lagi",
  },
  reset: {
    mail: "Buat kata sandi baru",
    button: "Buat kata sandi baru",
    fields: ["Kata sandi baru", "Ulangi kata sandi"],
    show: "Lihat",
    save: "Simpan",
    short: "Minimal 15 karakter.",
    different: "Kata sandinya tidak sama.",
    common: "Kata sandi ini tidak dapat digunakan, silakan pilih yang lain:",
    done: "Kata sandi Anda telah diubah",
    used: "Tautan ini tidak dapat digunakan lagi",
    told: "Kata sandi Anda telah diubah",
  },
};

async function confirm(somebody, { person, confirm, browser }) {
  await call("POST", "/register", { body: person, status: 202 });
  await logIn(person, 401);
  const page = await clickInMail(somebody, person.email, confirm.mail, confirm.button);
  const address = page.url();
  await reads(page, confirm.title);
  assert.equal(await page.locator("html").getAttribute("lang"), browser.slice(0, 2));
  await shoot(page, `confirm-${browser}`);
  await logIn(person, 401);
  await page.getByRole("button", { name: confirm.button }).click();
  await reads(page, confirm.done);
  await shoot(page, `confirmed-${browser}`);
  await page.goto(address);
  await page.getByRole("button", { name: confirm.button }).click();
  await reads(page, confirm.used);
  await page.close();
}

async function reset(somebody, { person, reset, browser }) {
  const { access_token: token } = await logIn(person);
  await call("POST", "/forgot-password", { body: { email: person.email }, status: 202 });
  const page = await clickInMail(somebody, person.email, reset.mail, reset.button);
  const address = page.url();
  await reads(page, reset.mail);
  await shoot(page, `reset-${browser}`);
  const [password, again] = reset.fields.map((label) => page.getByLabel(label, { exact: true }));
  const choose = async (first, second) => {
    await password.fill(first);
    await again.fill(second);
    await page.getByRole("button", { name: reset.save, exact: true }).click();
  };
  const alert = (text) => page.getByRole("alert").filter({ hasText: text }).waitFor();
  await choose("too short", "too short");
  await alert(reset.short);
  await choose(NEW, `${NEW}!`);
  await alert(reset.different);
  await shoot(page, `reset-different-${browser}`);
  await choose(`${person.email.split("@")[0]}`.repeat(4), `${person.email.split("@")[0]}`.repeat(4));
  await alert(reset.common);
  await shoot(page, `reset-refused-${browser}`);

  assert.equal(await password.getAttribute("type"), "password");
  await page.getByRole("button", { name: reset.show }).click();
  assert.equal(await password.getAttribute("type"), "text");
  await logIn(person);
  await choose(NEW, NEW);
  await reads(page, reset.done);
  await shoot(page, `reset-done-${browser}`);
  await call("GET", "/me", { token, status: 401 });
  await logIn(person, 401);
  await logIn({ ...person, password: NEW });
  await mailTo(person.email, reset.told);

  await page.goto(address);
  await choose(`${NEW} again`, `${NEW} again`);
  await reads(page, reset.used);
  await shoot(page, `reset-used-${browser}`);
  await logIn({ ...person, password: NEW });
  await page.close();
}

await walk(async (browser, holds) => {
  for (const words of [ENGLISH, INDONESIAN]) {
    const somebody = await visitor(browser, words.browser);
    await holds(`${words.browser}: the mail's button leads to a page whose button makes the account, once`, () => confirm(somebody, words));
    await holds(`${words.browser}: a forgotten password is replaced once, and the old one and its sessions end`, () => reset(somebody, words));
    assert.deepEqual(somebody.complaints, []);
  }
});
