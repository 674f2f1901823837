// An OpenID Connect server that is not ours, for sign_in.mjs: people to choose from, consent and refusal, PKCE, RS256.
// It is found as `localhost` and the API as `127.0.0.1`, so that the way back comes from another site, as it does on the web.
// The library warns that it is for Node.js 22 and later; what is used of it here works with 20, which is Debian's.

import { createServer } from "node:http";
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from "jose";
import Provider from "oidc-provider";

/** Who has an account there. */
export const PEOPLE = {
  mira: { name: "Mira Santoso", email: "mira.santoso@gmail.com", email_verified: true },
  yuda: { name: "Yuda Hartono", email: "yuda@warung-digital.example", email_verified: true, hd: "warung-digital.example" },
  nadia: { name: "Nadia Kusuma", email: "nadia@surat.example", email_verified: false },
  raka: { name: "Raka Wirawan", email: "raka.wirawan@gmail.com", email_verified: true },
};
const MINUTES = 60;

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  return { privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" } };
}

function newProvider(issuer, client, key) {
  return new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        id_token_signed_response_alg: "RS256",
      },
    ],
    jwks: { keys: [key.jwk] },
    claims: { openid: ["sub"], email: ["email", "email_verified", "hd"], profile: ["name"] },
    // The ID token says everything, as Google's does; by itself the library would leave it to the userinfo endpoint.
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ["loopback only"] },
    ttl: { AccessToken: 5 * MINUTES, Grant: 60 * MINUTES, IdToken: 5 * MINUTES, Interaction: 10 * MINUTES, Session: 60 * MINUTES },
    findAccount: (_, sub) => PEOPLE[sub] && { accountId: sub, claims: () => ({ sub, ...PEOPLE[sub] }) },
  });
}

function page(title, content, yes) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"></head><body><h1>${title}</h1><form method="post">${content}
<button name="decision" value="yes">${yes}</button> <button name="decision" value="no" formnovalidate>Cancel</button></form></body></html>`;
}

const choice = ([sub, { name }]) => `<p><label><input type="radio" name="sub" value="${sub}" required> ${name}</label></p>`;

/** The two pages that a person sees there: who it is, and whether the application may know. */
async function interact(provider, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const isLogin = prompt.name === "login";
  if (request.method !== "POST") {
    const people = Object.entries(PEOPLE).map(choice).join("");
    const html = isLogin ? page("Who are you?", people, "Log in") : page("Do you agree?", `<p>${params.client_id} wants to know.</p>`, "Agree");
    response.setHeader("Content-Type", "text/html; charset=utf-8").end(html);
    return;
  }
  const body = Buffer.concat(await request.toArray()).toString();
  const fields = new URLSearchParams(body);
  let result;
  if (fields.get("decision") !== "yes") {
    result = { error: "access_denied", error_description: "<b>not today</b>" };
  } else if (isLogin) {
    result = { login: { accountId: fields.get("sub") } };
  } else {
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: !result.error });
}

/** Serves on a port of loopback until the process ends; `client` is `{ id, secret, redirectUri }`. */
export async function serve(issuer, client) {
  let key, provider, fault;
  let isBusy = false;

  const rotate = async () => {
    key = await newKey();
    provider = newProvider(issuer, client, key);
    provider.use(async (context, next) => {
      if (isBusy && context.path === "/token") {
        isBusy = false;
        context.status = 503;
        return;
      }
      await next();
      const token = context.body?.id_token;
      if (token && fault) context.body = { ...context.body, id_token: await fault(decodeJwt(token), decodeProtectedHeader(token)) };
      if (token) fault = undefined;
    });
  };
  await rotate();

  const server = createServer((request, response) => {
    const answered = request.url.startsWith("/interaction/") ? interact(provider, request, response) : provider.callback()(request, response);
    answered.catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(new URL(issuer).port, "127.0.0.1", resolve));
  server.unref();

  const sign = (claims, header, { privateKey }) => new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
  return {
    /** Signs with a new key from now on and forgets the old one; nobody is logged in any more. */
    rotate,
    /** Answers the next request for a token with status 503. */
    beBusyOnce: () => (isBusy = true),
    /** Lets the next ID token claim something else; all the rest of it is right. */
    claimOnce: (wrong) => (fault = (claims, header) => sign({ ...claims, ...wrong }, header, key)),
    /** Signs the next ID token with another key, under the id of the real one. */
    signOnceWithAnotherKey: () => (fault = async (claims, header) => sign(claims, header, await newKey())),
  };
}
