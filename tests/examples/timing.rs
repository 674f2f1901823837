//! Measures whether the time of an answer tells if somebody has an address: `cargo run --release -p tests --example timing`.
//! It is a figure, and asserts nothing: what a machine does besides decides over it too.

use std::net::Ipv4Addr;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use app::Clock;
use app::auth::passwords;
use domain::{Activity, Actor, Email, Kind, Locale, PersonName, Scope, User, UserRole, Zone, ids};
use jiff::{SignedDuration, Timestamp};
use local::{Options, Stack};
use reqwest::Client;
use serde_json::{Value, json};
use store::NewUser;

/// How many requests of each of the two kinds are compared, and how many go before them.
const PAIRS: u16 = 200;
const WARM_UP: usize = 10;
/// Each of so many people is asked for five times, which is less than any limit of an address.
const PEOPLE: usize = 42;
/// And from so many places, so that no limit of a place is met.
const PLACES: u8 = 20;
const PASSWORD: &str = "correct horse battery";

/// A request that is made with an address that somebody has, and with one that nobody has.
struct Question {
    path: &'static str,
    status: u16,
    body: fn(&str) -> Value,
}

const QUESTIONS: [Question; 3] = [
    Question {
        path: "/login",
        status: 401,
        body: |email| json!({ "email": email, "password": "not the right one" }),
    },
    Question {
        path: "/register",
        status: 202,
        body: |email| json!({ "email": email, "password": "seven grey herons wade", "name": "Eve" }),
    },
    Question {
        path: "/forgot-password",
        status: 202,
        body: |email| json!({ "email": email }),
    },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let start: Timestamp = "2026-06-01T12:00:00Z".parse()?;
    let stack = Stack::start(Options {
        clock: Clock::manual(start),
        schedules: false,
        ..Options::default()
    })
    .await?;
    people(&stack).await?;
    let clients = (1..=PLACES).map(client).collect::<Result<Vec<_>>>()?;
    for question in &QUESTIONS {
        ask(&stack, &clients, question).await?;
        // The counters of the last hour are not those of the next one.
        stack.jump(SignedDuration::from_hours(1)).await?;
    }
    stack.shutdown().await;
    Ok(())
}

/// Those who have an address.
async fn people(stack: &Stack) -> Result<()> {
    let app = stack.app();
    let hash = passwords::hash(&PASSWORD.into(), &app.pepper().await?).await?;
    for n in 0..PEOPLE {
        let invalid = |what: String| anyhow::anyhow!(what);
        let user = User::new(
            app.new_id(),
            Email::parse(&known(n)).map_err(invalid)?,
            PersonName::parse("Somebody").map_err(invalid)?,
            (Locale::En, Zone::utc()),
            (UserRole::Member, Some(hash.clone())),
            app.now(),
        );
        let (scope, actor) = (Scope::User(user.id), Actor::User(user.id));
        let id = ids::new(app.now(), app::random::bytes());
        let entry = Activity::new(
            domain::Entry::system(id),
            scope,
            actor,
            Kind::UserCreated,
            app.now(),
        );
        let new = NewUser {
            user: &user,
            from: None,
            identity: None,
            claims_admin: false,
        };
        app.store.create_user(&new, &entry).await?;
    }
    // A wish for a new password counts when it is newer than the account.
    stack.jump(SignedDuration::from_secs(1)).await
}

fn known(n: usize) -> String {
    format!("known{}@example.com", n % PEOPLE)
}

fn unknown(n: usize) -> String {
    format!("nobody{}@example.com", n % PEOPLE)
}

#[expect(
    clippy::disallowed_methods,
    reason = "speaks to this machine only, as clients do"
)]
fn client(place: u8) -> Result<Client> {
    let address = Ipv4Addr::new(127, 0, place, 1);
    let client = Client::builder()
        .no_proxy()
        .local_address(Some(address.into()));
    Ok(client.build()?)
}

/// Asks in pairs, whichever of the two first, and tells how long the answers took.
async fn ask(stack: &Stack, clients: &[Client], question: &Question) -> Result<()> {
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for n in 0..WARM_UP + usize::from(PAIRS) {
        let client = &clients[n % clients.len()];
        let [coin] = app::random::bytes::<1>();
        let mut took = [0.0; 2];
        for turn in 0..2 {
            let is_known = (coin % 2 == 0) == (turn == 0);
            let email = if is_known { known(n) } else { unknown(n) };
            took[usize::from(is_known)] = time(stack, client, question, &email).await?;
        }
        if n >= WARM_UP {
            of_unknown.push(took[0]);
            of_known.push(took[1]);
        }
    }
    report(question.path, &of_known, &of_unknown);
    Ok(())
}

/// How long one answer takes, in milliseconds. What follows from it, such as a mail, is waited for before the next one.
async fn time(stack: &Stack, client: &Client, question: &Question, email: &str) -> Result<f64> {
    let request = client
        .post(format!("{}{}", stack.api_url(), question.path))
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .body((question.body)(email).to_string());
    stack.settle().await?;
    let begin = Instant::now();
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    let took = begin.elapsed();
    ensure!(status == question.status, "{} {text}", question.path);
    stack.settle().await.context("what followed")?;
    Ok(took.as_secs_f64() * 1_000.0)
}

#[expect(clippy::print_stdout, reason = "a command that reports to a person")]
fn report(path: &str, of_known: &[f64], of_unknown: &[f64]) {
    let mut differences: Vec<_> = of_known
        .iter()
        .zip(of_unknown)
        .map(|(known, unknown)| known - unknown)
        .collect();
    let [known, unknown] = [of_known, of_unknown].map(|times| sorted(times.to_vec()));
    differences = sorted(differences);
    println!("POST {path}, {} pairs", differences.len());
    for (who, times) in [("somebody's", &known), ("nobody's", &unknown)] {
        println!(
            "  {who:<11} median {:8.3} ms, half of them {:.3} to {:.3}",
            at(times, 0.5),
            at(times, 0.25),
            at(times, 0.75)
        );
    }
    // The median lies between these with 95 % probability, whatever the distribution (binomial, normal approximation).
    let half = 1.96 / (4.0 * f64::from(PAIRS)).sqrt();
    println!(
        "  difference  of the medians {:+.3} ms; median of the differences {:+.3} ms (95 %: {:+.3} to {:+.3})",
        at(&known, 0.5) - at(&unknown, 0.5),
        at(&differences, 0.5),
        at(&differences, 0.5 - half),
        at(&differences, 0.5 + half)
    );
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The value below which so large a part of them lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place among a few hundred"
)]
fn at(sorted: &[f64], part: f64) -> f64 {
    let place = (part * (sorted.len().saturating_sub(1)) as f64).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
