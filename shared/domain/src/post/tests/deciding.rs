//! Single decisions.

use super::*;
use crate::content::For;
use crate::content::Version;

const NOW: i64 = 10;

fn post() -> Post {
    let accounts = [account(5), account(4)];
    let author = member(1, Role::Editor);
    Post::create(id(9), &author, draft("Hello", &accounts), entry(1), at(1))
        .unwrap()
        .post
}

struct Team {
    settings: Settings,
    accounts: Vec<Account>,
    publications: Vec<Publication>,
}

impl Team {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            accounts: vec![account(4), account(5)],
            publications: Vec::new(),
        }
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            settings: &self.settings,
            accounts: &self.accounts,
            publications: &self.publications,
        }
    }

    fn takes(&mut self, change: Change) -> Post {
        self.publications = change.publications_now();
        change.post
    }

    fn scheduled(&mut self, post: &Post, second: i64) -> Post {
        let by = member(1, Role::Editor);
        let timing = timing(second, at(NOW));
        let change = post.schedule(&by, timing, &self.scene(), counting(500), entry(2), at(NOW));
        self.takes(change.unwrap())
    }

    fn approve(&self, post: &Post, by: &Member) -> Result<Change, Refused> {
        let hash = post.awaits().map(|it| it.hash()).unwrap();
        let word = (id(70), None);
        post.approve(
            by,
            &hash,
            word,
            &self.scene(),
            counting(600),
            entry(3),
            at(NOW),
        )
    }
}

#[test]
fn a_viewer_can_do_none_of_it() {
    let team = Team::new(asks());
    let viewer = member(2, Role::Viewer);
    let (post, scene, accounts) = (post(), team.scene(), [account(4)]);
    let hash = ContentHash::of(b"x");
    let (say, e, now) = ((id(70), note("no")), entry(1), at(NOW));
    let refused = vec![
        Post::create(id(9), &viewer, draft("x", &accounts), e, now),
        post.edit(&viewer, draft("x", &accounts), &scene, counting(1), e, now),
        post.schedule(&viewer, timing(99, now), &scene, counting(1), e, now),
        post.submit(&viewer, &scene, e, now),
        post.approve(&viewer, &hash, (id(1), None), &scene, counting(1), e, now),
        post.reject(&viewer, &hash, say.clone(), &scene, e, now),
        post.comment(&viewer, say, &scene, e, now),
        post.cancel(&viewer, None, &scene, e, now),
        post.note(&viewer, &scene, e, now),
        post.stop_repeating(&viewer, &scene, e, now),
        post.skip(&viewer, 1, &scene, counting(1), e, now),
    ];
    for (n, result) in refused.into_iter().enumerate() {
        assert!(matches!(result, Err(Refused::Forbidden { .. })), "{n}");
    }
}

#[test]
fn scheduling_approves_exactly_the_content_the_accounts_and_the_time() {
    let mut team = Team::new(Settings::default());
    let scheduled = team.scheduled(&post(), 100);
    let hash = scheduled.approval.as_ref().unwrap().hash.clone();
    assert_eq!(scheduled.to_approve().unwrap().hash(), hash);
    assert_eq!(team.publications.len(), 2);
    let waits =
        |publication: &Publication| publication.content == hash && publication.next_at == at(100);
    assert!(team.publications.iter().all(waits));
    let later = team.scheduled(&scheduled, 101);
    assert_ne!(later.approval.unwrap().hash, hash);
    assert_eq!(team.publications.len(), 2, "the same ones, at another time");
}

#[test]
fn what_is_said_everywhere_on_a_platform_or_by_a_file_changes_the_hash() {
    let hash = |content: Content| {
        let approved = Approved {
            content,
            accounts: vec![],
            when: When::Instant(at(1)),
            repeat: None,
        };
        approved.hash()
    };
    let mut version = says("a");
    version.versions.push(Version {
        of: For::Platform(Platform::X),
        text: Some(PostText::parse("b").unwrap()),
        link: None,
        media: None,
        parts: None,
        first_comment: None,
        options: None,
    });
    assert_ne!(hash(says("a")), hash(says("b")));
    assert_ne!(hash(says("a")), hash(version));
}

#[test]
fn nobody_approves_what_he_wrote_or_changed_unless_the_team_allows_it() {
    let mut team = Team::new(asks());
    let pending = team.scheduled(&post(), 100);
    assert_eq!(pending.status, Status::Pending);
    assert!(team.publications.is_empty());
    let author = member(1, Role::Admin);
    assert!(matches!(
        team.approve(&pending, &author),
        Err(Refused::Conflict(_))
    ));
    // Somebody else changes it: then it is his too.
    let other = member(2, Role::Editor);
    let change = pending.edit(
        &other,
        draft("Hullo", &[account(4)]),
        &team.scene(),
        counting(1),
        entry(4),
        at(NOW),
    );
    let edited = team.takes(change.unwrap());
    assert_eq!((edited.status, edited.edition), (Status::Pending, 2));
    for by in [&author, &other] {
        assert!(matches!(
            team.approve(&edited, by),
            Err(Refused::Conflict(_))
        ));
    }
    let third = team.approve(&edited, &member(3, Role::Editor)).unwrap();
    assert_eq!(third.post.status, Status::Approved);
    assert_eq!(third.publications.len(), 1);
    team.settings.own_approval = true;
    assert!(team.approve(&edited, &author).is_ok());
}

#[test]
fn a_yes_to_what_has_changed_meanwhile_is_no_yes() {
    let mut team = Team::new(asks());
    let pending = team.scheduled(&post(), 100);
    let seen = pending.awaits().unwrap().hash();
    let moved = team.scheduled(&pending, 101);
    let by = member(3, Role::Editor);
    let word = (id(70), None);
    let late = moved.approve(
        &by,
        &seen,
        word,
        &team.scene(),
        counting(1),
        entry(5),
        at(NOW),
    );
    assert!(matches!(late, Err(Refused::Conflict(_))));
    let rejected = moved.reject(
        &by,
        &seen,
        (id(71), note("no")),
        &team.scene(),
        entry(5),
        at(NOW),
    );
    assert!(matches!(rejected, Err(Refused::Conflict(_))));
}

#[test]
fn editing_an_approved_post_withdraws_the_yes_and_its_publications() {
    let mut team = Team::new(asks());
    let pending = team.scheduled(&post(), 100);
    let change = team.approve(&pending, &member(3, Role::Editor)).unwrap();
    let approved = team.takes(change);
    let author = member(1, Role::Editor);
    let accounts = [account(4), account(5)];
    let edit = |text| {
        let draft = draft(text, &accounts);
        approved.edit(
            &author,
            draft,
            &team.scene(),
            counting(1),
            entry(6),
            at(NOW),
        )
    };
    let edited = edit("Other").unwrap();
    assert_eq!(edited.post.status, Status::Pending);
    assert!(edited.post.approval.is_none());
    let cancelled = |moved: &Moved| moved.after.state == State::Cancelled;
    assert!(edited.publications.iter().all(cancelled));
    // Labels alone change nothing of what was approved.
    let same = edit("Hello").unwrap();
    assert_eq!((same.post.status, same.post.edition), (Status::Approved, 1));
    assert!(!same.publications.iter().any(Moved::is_change));
}

#[test]
fn what_is_out_cannot_be_cancelled_and_the_answer_says_what_still_can() {
    let mut team = Team::new(Settings::default());
    let scheduled = team.scheduled(&post(), 100);
    team.publications[0].state = State::Published {
        remote_id: "1".into(),
        url: "https://mastodon.example/1".into(),
        at: at(100),
    };
    let going = Post {
        status: Status::Publishing,
        ..scheduled
    };
    let by = member(1, Role::Editor);
    let Err(Refused::Conflict(why)) = going.cancel(&by, None, &team.scene(), entry(7), at(101))
    else {
        panic!("it is out")
    };
    let other = team.publications[1].account;
    assert!(why.contains("https://mastodon.example/1"), "{why}");
    assert!(why.contains(&format!("?account_id={other}")), "{why}");
    let one = going
        .cancel(&by, Some(other), &team.scene(), entry(7), at(101))
        .unwrap();
    assert_eq!(one.post.left_out, [other]);
    assert_eq!(
        one.post.status,
        Status::Published,
        "it is out wherever it goes to"
    );
}

#[test]
fn somebody_is_reminded_a_day_and_an_hour_before_and_told_when_it_is_too_late() {
    let mut team = Team::new(asks());
    let hours = |n: i64| at(NOW) + HOUR * i32::try_from(n).unwrap();
    let mut pending = team.scheduled(&post(), NOW + 48 * 3_600);
    let mut told = Vec::new();
    while let Some(due) = pending.chore_at {
        let change = pending
            .tend(&team.scene(), counting(1), entry(8), due)
            .unwrap();
        told.push((due, change.activity.kind));
        pending = change.post;
    }
    let expected = [
        (hours(24), Kind::PostApprovalDue),
        (hours(47), Kind::PostApprovalDue),
        (hours(49), Kind::PostApprovalMissed),
    ];
    assert_eq!(told, expected);
    assert_eq!(pending.status, Status::Pending);
    let by = member(3, Role::Editor);
    let hash = pending.awaits().unwrap().hash();
    let word = (id(70), None);
    let late = pending.approve(
        &by,
        &hash,
        word,
        &team.scene(),
        counting(1),
        entry(9),
        hours(50),
    );
    assert!(matches!(late, Err(Refused::Conflict(_))));
}

#[test]
fn a_failed_post_waits_for_somebody_until_it_is_noted_or_scheduled_again() {
    let mut team = Team::new(Settings::default());
    let scheduled = team.scheduled(&post(), 100);
    for publication in &mut team.publications {
        publication.state = State::Missed;
    }
    let failed = Post {
        status: scheduled.status_after(&team.publications),
        ..scheduled
    };
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(
        failed.todo(&team.publications).unwrap().kind,
        TodoKind::FailedPublication
    );
    let by = member(1, Role::Editor);
    let noted = failed.note(&by, &team.scene(), entry(8), at(200)).unwrap();
    assert_eq!(noted.post.todo(&team.publications), None);
    let again = team.scheduled(&failed, 300);
    assert_eq!(again.status, Status::Approved);
    assert!(
        team.publications
            .iter()
            .all(|it| it.state == State::Waiting)
    );
    assert_eq!(again.todo(&team.publications), None);
}

use crate::activity::Kind;
