//! Somebody who does anything to any post.

use reqwest::Method;
use serde_json::{Value, json};

use super::random::Random;
use super::{POOL, Scene};
use crate::harness::{Answer, Api, seconds};

/// One of those who act at once.
pub(super) struct Client {
    random: Random,
}

/// What can be answered to somebody who knows less than the system: he may not, it is no longer so, somebody was faster, the time has passed.
const NO: [u16; 4] = [403, 409, 412, 422];

impl Client {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
        }
    }

    /// Does so many things, one after another.
    pub(super) async fn act(&mut self, scene: &Scene<'_>, deeds: u64) {
        for _ in 0..deeds {
            if self.random.percent(10) {
                scene.world.stack.clock().advance(seconds(1));
            }
            self.deed(scene).await;
        }
    }

    async fn deed(&mut self, scene: &Scene<'_>) {
        let api = self.random.of(&scene.people).api.clone();
        let pool = scene.pool.lock().unwrap().clone();
        if pool.len() < POOL || self.random.percent(10) {
            return self.write(scene, &api).await;
        }
        let post = self.random.of(&pool);
        match self.random.below(100) {
            0..=17 => self.edit(scene, &api, post).await,
            18..=37 => self.schedule(scene, &api, post, &pool).await,
            38..=45 => {
                let answer = api
                    .post(&format!("/posts/{post}/submit"), &Value::Null)
                    .await;
                scene.keep("submit", &[post], &answer);
            }
            46..=64 => self.decide(scene, &api, &pool).await,
            65..=74 => self.cancel(scene, &api, post).await,
            75..=84 => self.repeat(scene, &api, post).await,
            85..=88 => {
                let only = self.random.percent(50).then(|| self.random.below(4));
                let only = only.map(|n| format!("?occurrence={n}")).unwrap_or_default();
                let answer = api.delete(&format!("/posts/repost/{post}{only}")).await;
                scene.keep("stop repeating", &[post], &answer);
            }
            89..=94 => {
                let body = json!({ "feedback": "Is the harbour right?" });
                let answer = api.post(&format!("/posts/{post}/feedback"), &body).await;
                scene.keep("comment", &[post], &answer);
            }
            95..=97 => {
                let answer = api.delete(&format!("/todos/{post}")).await;
                scene.keep("dismiss", &[post], &answer);
            }
            _ => self.settings(scene).await,
        }
    }

    /// What a post says from now on.
    fn body(&mut self, scene: &Scene<'_>) -> Value {
        let first = usize::from(self.random.percent(20));
        let last = if self.random.percent(20) { 1 } else { 2 };
        let accounts = &scene.accounts[first.min(last - 1)..last];
        json!({ "text": scene.text(), "account_ids": accounts })
    }

    async fn write(&mut self, scene: &Scene<'_>, api: &Api) {
        let mut body = self.body(scene);
        body["team_id"] = json!(scene.team);
        if self.random.percent(30) {
            body["assignee_id"] = json!(self.random.of(&scene.people).id);
        }
        let answer = api.post("/posts", &body).await;
        let id = (answer.status == 201).then(|| answer.field("id"));
        scene.keep(
            "write",
            &id.iter().map(String::as_str).collect::<Vec<_>>(),
            &answer,
        );
        let Some(id) = id else { return };
        let mut pool = scene.pool.lock().unwrap();
        if pool.len() < POOL {
            pool.push(id);
        } else {
            let old = usize::try_from(self.random.below(u64::try_from(POOL).unwrap())).unwrap();
            pool[old] = id;
        }
    }

    /// Says something else, or the same with another label; sometimes only if nobody was faster.
    async fn edit(&mut self, scene: &Scene<'_>, api: &Api, post: &str) {
        let path = format!("/posts/{post}");
        let mut body = self.body(scene);
        let mut api = api.clone();
        if self.random.percent(40) {
            let seen = api.get(&path).await.expect(200);
            api = api.saying("if-match", seen.headers["etag"].to_str().unwrap());
            if self.random.percent(50) {
                body = json!({ "text": seen.body["text"], "account_ids": seen.body["account_ids"], "labels": ["seen"] });
            }
        }
        let json = "application/json";
        let answer = api.send(Method::PUT, &path, Some(body.to_string()), json);
        scene.keep("edit", &[post], &answer.await);
    }

    async fn schedule(&mut self, scene: &Scene<'_>, api: &Api, post: &str, pool: &[String]) {
        let after = match self.random.below(20) {
            0 => 86_000 + self.random.below(3_000),
            1 | 2 => 3_600 + self.random.below(60),
            _ => 1 + self.random.below(300),
        };
        let at = scene.world.now() + seconds(i64::try_from(after).unwrap());
        let word = match self.random.below(10) {
            0 => Some("queue"),
            1 => Some("now"),
            _ => None,
        };
        let queue = (word == Some("queue")).then(|| scene.accounts[1].clone());
        let one = |(n, post): (usize, &str)| {
            let at = at + seconds(20 * i64::try_from(n).unwrap());
            let at = word.map_or_else(|| at.to_string(), str::to_owned);
            json!({ "post_id": post, "publish_at": at, "queue_account_id": queue, "max_late_seconds": 300 })
        };
        if self.random.percent(85) {
            let answer = api.post("/posts/schedule", &one((0, post))).await;
            return scene.keep("schedule", &[post], &answer);
        }
        let mut several = vec![post];
        for _ in 0..3 {
            several.push(self.random.of(pool).as_str());
        }
        several.sort_unstable();
        several.dedup();
        let posts: Vec<_> = several.iter().copied().enumerate().map(one).collect();
        let answer = api
            .post("/posts/schedule", &json!({ "posts": posts }))
            .await;
        scene.keep("schedule several", &several, &answer);
    }

    /// Says yes or no to what he has seen, which may be something else by now.
    async fn decide(&mut self, scene: &Scene<'_>, api: &Api, pool: &[String]) {
        let path = format!("/posts?team_id={}&status=pending&limit=20", scene.team);
        let pending = api.get(&path).await.expect(200);
        let pending = pending.body["items"].as_array().unwrap();
        let pending: Vec<_> = pending
            .iter()
            .map(|of| of["id"].as_str().unwrap().to_owned())
            .collect();
        // Most wait for a yes; whoever asks for one that does not is told so.
        let some = if pending.is_empty() || self.random.percent(20) {
            pool
        } else {
            &pending
        };
        let post = self.random.of(some).as_str();
        let seen = api.get(&format!("/posts/{post}")).await.expect(200);
        let hash = seen.body["content_hash"].as_str();
        let hash = hash.map_or_else(|| "0".repeat(64), str::to_owned);
        let yes = self.random.percent(70);
        let body = json!({ "content_hash": hash, "feedback": "Seen" });
        let (deed, word) = if yes {
            ("approve", "approve")
        } else {
            ("reject", "reject")
        };
        let answer = api.post(&format!("/posts/{post}/{word}"), &body).await;
        if yes && answer.status == 200 {
            scene.seen.lock().unwrap().approved.insert(hash);
        }
        scene.keep(deed, &[post], &answer);
    }

    async fn cancel(&mut self, scene: &Scene<'_>, api: &Api, post: &str) {
        let only = self
            .random
            .percent(60)
            .then(|| self.random.of(&scene.accounts));
        let query = only
            .map(|of| format!("?account_id={of}"))
            .unwrap_or_default();
        let answer = api.delete(&format!("/posts/{post}{query}")).await;
        scene.keep("cancel", &[post], &answer);
    }

    async fn repeat(&mut self, scene: &Scene<'_>, api: &Api, post: &str) {
        let mut times = Vec::new();
        for n in 1..=1 + self.random.below(3) {
            let after = i64::try_from(n * 100 + self.random.below(100)).unwrap();
            times.push((scene.world.now() + seconds(after)).to_string());
        }
        let body = json!({ "times": times, "max_late_seconds": 300 });
        let answer = api.post(&format!("/posts/repost/{post}"), &body).await;
        scene.keep("repeat", &[post], &answer);
    }

    async fn settings(&mut self, scene: &Scene<'_>) {
        let (asks, own) = (self.random.percent(60), self.random.percent(50));
        let body = json!({ "approval_required": asks, "own_approval": own });
        let admin = &scene.people[0].api;
        let answer = admin.patch(&format!("/teams/{}", scene.team), &body).await;
        scene.keep("settings", &[], &answer);
    }
}

impl Scene<'_> {
    /// What was logged as an error so far.
    fn errors(&self) -> String {
        let logged = self.world.logged();
        let lines = logged.lines().filter(|line| line.contains("ERROR"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Remembers what was answered; anything but a success or a no that can be explained is an error of ours.
    fn keep(&self, deed: &'static str, posts: &[&str], answer: &Answer) {
        let success = (200..300).contains(&answer.status);
        let pointer = answer.body["errors"][0]["pointer"].as_str();
        // The post does not go to the account that was named.
        let elsewhere = pointer.is_some_and(|pointer| pointer.ends_with("account_id"));
        assert!(
            success || NO.contains(&answer.status) || (answer.status == 404 && elsewhere),
            "{deed}: {} {}\n{}",
            answer.status,
            answer.text,
            self.errors()
        );
        let mut seen = self.seen.lock().unwrap();
        *seen.answers.entry((deed, answer.status)).or_default() += 1;
        if !success {
            return;
        }
        for post in posts {
            *seen.changes.entry((*post).to_owned()).or_default() += 1;
        }
        let items = answer.body["items"].as_array().cloned();
        for post in items.unwrap_or_else(|| vec![answer.body.clone()]) {
            let hash = post["approval"]["content_hash"].as_str();
            seen.approved.extend(hash.map(str::to_owned));
        }
    }
}
