// Verifies access tokens with a library that is not ours, by nothing but the published keys, and forges some.
// node jwt.mjs <address of the API> <address of the sandbox>

import assert from "node:assert/strict";
import { createServer } from "node:http";
import * as jose from "jose";
import { api, call, logIn, signUp } from "./browser.mjs";

const JWKS = `${api}/.well-known/jwks.json`;
const ISSUER = "urn:tayang:local";
const PERSON = { email: "tono@example.com", password: "a quiet harbour at dawn", name: "Tono" };
const encoded = (value) => jose.base64url.encode(JSON.stringify(value));

const user = await signUp(PERSON);
const { access_token: token } = await logIn(PERSON);

const { payload, protectedHeader } = await jose.jwtVerify(token, jose.createRemoteJWKSet(new URL(JWKS)), {
  issuer: ISSUER,
  audience: `${ISSUER}:api`,
  typ: "at+jwt",
  algorithms: ["EdDSA"],
  maxTokenAge: "15 minutes",
  requiredClaims: ["sub", "iat", "nbf", "exp", "jti"],
});
assert.equal(payload.sub, user.id);
assert.ok(payload.exp - payload.iat <= 15 * 60);
const { keys } = await call("GET", "/.well-known/jwks.json", { status: 200 });
assert.ok(keys.some((key) => key.kid === protectedHeader.kid));
for (const key of keys) assert.deepEqual([key.d, key.kty, key.use], [undefined, "OKP", "sig"]);
console.log("jose verifies an access token by the published keys");

const key = keys.find((key) => key.kid === protectedHeader.kid);
const rawPublicKey = jose.base64url.decode(key.x);
const spki = await jose.exportSPKI(await jose.importJWK(key, "EdDSA"));
const own = await jose.generateKeyPair("EdDSA", { extractable: true });
const ownJwk = { ...(await jose.exportJWK(own.publicKey)), alg: "EdDSA", use: "sig" };
const rsa = await jose.generateKeyPair("RS256");

let asked = 0;
const trap = createServer((_, response) => {
  asked += 1;
  response.setHeader("Content-Type", "application/json").end(JSON.stringify({ keys: [{ ...ownJwk, kid: protectedHeader.kid }, { ...ownJwk, kid: "own" }] }));
});
await new Promise((resolve) => trap.listen(0, "127.0.0.1", resolve));
const jku = `http://127.0.0.1:${trap.address().port}/jwks.json`;

const signed = (header, privateKey = own.privateKey, claims = payload) =>
  new jose.SignJWT(claims).setProtectedHeader({ ...protectedHeader, ...header }).sign(privateKey);
const [head, body, signature] = token.split(".");
const forgeries = {
  "no algorithm": `${encoded({ ...protectedHeader, alg: "none" })}.${body}.`,
  "no algorithm, with the real signature": `${encoded({ ...protectedHeader, alg: "none" })}.${body}.${signature}`,
  "no signature": `${head}.${body}.`,
  "HS256 with the bytes of the public key": await signed({ alg: "HS256" }, rawPublicKey),
  "HS256 with the public key as it is published": await signed({ alg: "HS256" }, new TextEncoder().encode(key.x)),
  "HS256 with the public key as PEM": await signed({ alg: "HS256" }, new TextEncoder().encode(spki)),
  "RS256 under our key's id": await signed({ alg: "RS256" }, rsa.privateKey),
  "another Ed25519 key under our key's id": await signed({}),
  "another key, which the token brings along": await signed({ jwk: ownJwk }),
  "another key, which the token brings along, without an id": await signed({ jwk: ownJwk, kid: undefined }),
  "another key, at an address in the token": await signed({ jku }),
  "another key, at an address in the token, under its own id": await signed({ jku, kid: "own" }),
  "another key, by a certificate's address": await signed({ x5u: jku }),
  "an unknown key id": await signed({ kid: "nobody" }),
  "a key id that is a path": await signed({ kid: "../../dev/null" }),
  "a key id of ten kilobytes": await signed({ kid: "k".repeat(10_240) }),
  "our signature under another key id": `${encoded({ ...protectedHeader, kid: "nobody" })}.${body}.${signature}`,
  "our signature under another type": `${encoded({ ...protectedHeader, typ: "JWT" })}.${body}.${signature}`,
  "our signature for somebody else": `${head}.${encoded({ ...payload, sub: "user_01kaw3x0fhe9ps6r4h8x5tq7vd" })}.${signature}`,
  "our signature for longer": `${head}.${encoded({ ...payload, exp: payload.exp + 3600 })}.${signature}`,
};
for (const [what, forgery] of Object.entries(forgeries)) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${forgery}` };
  const answer = await fetch(`${api}/me`, { headers });
  assert.equal(answer.status, 401, `${what}: ${await answer.text()}`);
}
assert.equal(asked, 0, "an address in a token was asked for keys");
trap.close();
assert.equal((await call("GET", "/me", { token, status: 200 })).id, user.id);
console.log(`${Object.keys(forgeries).length} forged access tokens are refused`);
