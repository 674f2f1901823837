//! The app in a workspace: its installation, and its token.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::channels::Channel;
use super::{HOST, NAME, Problem, is_id, read};
use crate::connect::{ConnectError, Pending};
use crate::egress::{Call, Egress};
use crate::oauth::{ClientAuth, Grant, Server, at};
use crate::publisher::{Error, ErrorKind};
use crate::tokens::{ClientCredentials, Tokens};

/// `channels:join` lets the app into a public channel before it posts there: files go only to channels that it is in, and only these
/// can be read back. The `history` scopes settle what became of a post whose answer was lost.
const SCOPES: &[&str] = &[
    "chat:write",
    "files:write",
    "channels:read",
    "groups:read",
    "channels:join",
    "channels:history",
    "groups:history",
];

const ACCESS: &str = "/api/oauth.v2.access";

pub(super) const SERVER: Server = Server {
    title: NAME,
    host: HOST,
    authorize: (HOST, "/oauth/v2/authorize"),
    token: (HOST, ACCESS),
    revoke: None,
    scopes: SCOPES,
    separator: ",",
    client: ClientAuth::Basic,
    pkce: false,
    parameters: &[],
    dead: DEAD_REFRESH,
};

/// By these the Web API says that the token of the app is worth nothing any more.
const DEAD_TOKEN: [&str; 3] = ["invalid_auth", "token_revoked", "account_inactive"];
/// By these, or by those above, it says that the app cannot post in the channel any more.
const DEAD_CHANNEL: &[&str] = &[
    DEAD_TOKEN[0],
    DEAD_TOKEN[1],
    DEAD_TOKEN[2],
    "token_expired",
    "missing_scope",
    "channel_not_found",
    "not_in_channel",
    "is_archived",
];
/// By these it says that a refresh token is worth nothing any more.
const DEAD_REFRESH: &[&str] = &[
    "invalid_refresh_token",
    "invalid_grant",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "authorization_not_found",
];

#[derive(Deserialize)]
struct Installation {
    token_type: Option<String>,
    team: Option<Team>,
    #[serde(default)]
    is_enterprise_install: bool,
}

#[derive(Deserialize)]
pub(super) struct Team {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
}

/// Calls a method of the Web API; all of them take a form.
pub(super) async fn ask<T: DeserializeOwned>(
    egress: &Egress,
    token: &SecretString,
    method: &str,
    form: &[(&str, &str)],
) -> Result<T, Problem> {
    let url = egress
        .url(HOST, &format!("/api/{method}"))
        .map_err(Problem::Silent)?;
    let call = Call::post(url).bearer(token).form(form);
    let answer = egress.read(call).await.map_err(Problem::Silent)?;
    read(&answer)
}

/// Exchanges the code for the token of the app in a workspace.
pub(super) async fn install(
    egress: &Egress,
    client: &ClientCredentials,
    pending: &Pending,
    code: &str,
    now: Timestamp,
) -> Result<(Team, Tokens), ConnectError> {
    let refused = |code: &str| {
        ConnectError::refused(match code {
            "invalid_code" | "code_already_used" | "code_expired" => {
                "Slack does not take the code of this consent any more: start again".to_owned()
            }
            _ => format!("Slack refused: {code}"),
        })
    };
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", pending.redirect_uri.as_str()),
    ];
    let call = Call::post(at(egress, SERVER.token)?).basic(&client.id, &client.secret);
    let answer = egress
        .effect(call.form(&form))
        .await
        .map_err(|failure| ConnectError::no_answer(NAME, &failure))?;
    let installation: Installation =
        read(&answer).map_err(|problem| problem.while_connecting(refused))?;
    let unreadable = || ConnectError::unreachable(NAME, "its answer cannot be read");
    let grant = Grant::read(&answer).ok_or_else(unreadable)?;
    if installation.is_enterprise_install {
        return Err(ConnectError::refused(
            "Slack installed the app for a whole organization: install it in one workspace",
        ));
    }
    if installation.token_type.is_some_and(|kind| kind != "bot") {
        return Err(ConnectError::refused(
            "Slack gave no token of the app, but one of a person: the app's settings at Slack must list bot scopes",
        ));
    }
    if let Some(scopes) = &grant.scopes {
        SERVER.require(scopes)?;
    }
    let team = installation.team.filter(|team| is_id(&team.id, b"T"));
    Ok((
        team.ok_or_else(unreadable)?,
        grant.into_tokens(SCOPES, None, now),
    ))
}

/// Whether the app is still in the workspace and can post in the channel; nothing, when its token must be renewed first.
pub(super) async fn look(
    egress: &Egress,
    tokens: &Tokens,
    team: &str,
    channel: &str,
) -> Result<Option<Channel>, Error> {
    #[derive(Deserialize)]
    struct Identity {
        team_id: String,
    }
    #[derive(Deserialize)]
    struct Info {
        channel: Channel,
    }
    let lost = |what: &str| Error::new(ErrorKind::ReconnectAccount, what);
    let identity: Identity = match ask(egress, &tokens.access, "auth.test", &[]).await {
        Ok(identity) => identity,
        Err(Problem::Refused(code)) if code == "token_expired" && tokens.refresh.is_some() => {
            return Ok(None);
        }
        Err(problem) => return Err(problem.of_account(DEAD_CHANNEL)),
    };
    if identity.team_id != team {
        return Err(lost("the token opens another workspace"));
    }
    let form = [("channel", channel)];
    let info: Info = ask(egress, &tokens.access, "conversations.info", &form)
        .await
        .map_err(|problem| problem.of_account(DEAD_CHANNEL))?;
    if info.channel.id == channel && info.channel.is_open() {
        return Ok(Some(info.channel));
    }
    Err(lost(if info.channel.is_archived {
        "the channel is archived"
    } else {
        "the app is not in the channel any more: invite it"
    }))
}

/// Exchanges the refresh token, which is good for one use.
pub(super) async fn renew(
    egress: &Egress,
    client: &ClientCredentials,
    tokens: &Tokens,
    refresh: &SecretString,
    now: Timestamp,
) -> Result<Tokens, Error> {
    let temporary = |what: String| Error::new(ErrorKind::Temporary, what);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.expose_secret()),
    ];
    let url = egress
        .url(HOST, ACCESS)
        .map_err(|failure| temporary(failure.to_string()))?;
    let call = Call::post(url)
        .basic(&client.id, &client.secret)
        .form(&form);
    let answer = egress
        .effect(call)
        .await
        .map_err(|failure| temporary(failure.to_string()))?;
    let _: Installation = read(&answer).map_err(|problem| problem.of_account(DEAD_REFRESH))?;
    let grant = Grant::read(&answer)
        .ok_or_else(|| temporary(format!("{NAME} gave an answer that cannot be read")))?;
    Ok(grant.into_tokens(SCOPES, Some(tokens), now))
}

/// What came of giving the token back.
pub(super) enum Return {
    /// It opens nothing now.
    Done,
    /// It has run out, so that it cannot even do this.
    Expired,
}

/// Gives the token back; the app leaves its channels by this.
pub(super) async fn give_back(egress: &Egress, token: &SecretString) -> Result<Return, Error> {
    #[derive(Deserialize)]
    struct Revoked {}
    match ask::<Revoked>(egress, token, "auth.revoke", &[]).await {
        Ok(_) => Ok(Return::Done),
        Err(Problem::Refused(code)) if DEAD_TOKEN.contains(&code.as_str()) => Ok(Return::Done),
        Err(Problem::Refused(code)) if code == "token_expired" => Ok(Return::Expired),
        Err(problem) => Err(problem.of_account(&[])),
    }
}
