//! Mails in Indonesian.

mod credentials;
mod posts;
mod teams;

use domain::{Email, PersonName};
use jiff::Zoned;

use super::letter::{Content, Fact};
use super::moment::{Moment, zone};
use super::news::{End, News};

const DAYS: &str = "Senin Selasa Rabu Kamis Jumat Sabtu Minggu";
const MONTHS: &str =
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember";

/// The first line.
pub(super) fn greeting(name: Option<&PersonName>) -> String {
    name.map_or_else(|| "Halo,".to_owned(), |name| format!("Halo {name},"))
}

/// The last line.
pub(super) fn footer(address: &Email) -> String {
    format!("Dikirim otomatis oleh Tayang ke {address}.")
}

/// What the news say.
pub(super) fn content(news: &News) -> Content {
    match news {
        News::SignUp { link, provider } => credentials::sign_up(link, *provider),
        News::AccountExists {
            provider,
            is_closed,
        } => credentials::account_exists(*provider, *is_closed),
        News::PasswordReset { link, is_first } => credentials::password_reset(link, *is_first),
        News::PasswordChanged { by_link, moment } => {
            credentials::password_changed(*by_link, moment)
        }
        News::EmailChange { link } => credentials::email_change(link),
        News::EmailTaken => credentials::email_taken(),
        News::EmailChangeRequested { to, moment } => {
            credentials::email_change_requested(to, moment)
        }
        News::EmailIsNew { from, moment } => credentials::email_is_new(from, moment),
        News::EmailIsOld { to, moment } => credentials::email_is_old(to, moment),
        News::IdentityLinked { provider, moment } => {
            credentials::identity_linked(*provider, moment)
        }
        News::IdentityUnlinked { provider, moment } => {
            credentials::identity_unlinked(*provider, moment)
        }
        News::NewSignIn { provider, moment } => credentials::new_sign_in(*provider, moment),
        News::SessionReused { moment } => credentials::session_reused(moment),
        News::RoleChanged { role, moment } => credentials::role_changed(*role, moment),
        News::Disabled { moment } => credentials::disabled(moment),
        News::Enabled { moment } => credentials::enabled(moment),
        News::Publication {
            end,
            destination,
            quote,
        } => publication(end, &destination.named("di")).quote(quote),
        News::Invitation(invited) => teams::invitation(invited),
        News::MemberAdded { team, role, deed } => teams::member_added(team, *role, deed),
        News::MemberRoleChanged {
            team,
            before,
            role,
            deed,
        } => teams::member_role_changed(team, *before, *role, deed),
        News::MemberRemoved { team, deed } => teams::member_removed(team, deed),
        News::AccountNeedsReconnect { access, reason } => {
            teams::account_needs_reconnect(access, reason.as_deref())
        }
        News::AccountExpiring { access, ends_at } => teams::account_expiring(access, ends_at),
        News::Post(news) => posts::content(news),
    }
}

fn publication(end: &End, place: &str) -> Content {
    match end {
        End::Published { url } => {
            let what = format!("Postingan Anda telah diterbitkan sebagai {place}.");
            Content::new("Postingan Anda sudah tayang", &[&what]).button("Lihat", url)
        }
        End::Refused { reason } => {
            let what = format!(
                "{place}: postingan Anda ditolak oleh platform dan tidak diterbitkan. Jawabannya: {reason}"
            );
            Content::new("Postingan Anda ditolak", &[&what])
        }
        End::Unclear { reason } => {
            let what = format!(
                "{place}: postingan Anda sudah dikirim, tetapi tidak ada jawaban, jadi belum tentu sudah tayang ({reason})."
            );
            let then = "Mohon diperiksa. Kami tidak mengirimkannya lagi secara otomatis, karena bisa saja tayang dua kali.";
            Content::new(
                "Mohon periksa: sudahkah postingan Anda tayang?",
                &[&what, then],
            )
        }
        End::Blocked { reason } => {
            let what = format!(
                "{place} harus dihubungkan kembali sebelum postingan Anda dapat diterbitkan ({reason})."
            );
            Content::new("Postingan Anda menunggu akunnya", &[&what])
        }
        End::Missed => {
            let what = format!(
                "{place}: postingan Anda tidak dapat diterbitkan dalam batas waktu yang Anda izinkan, maka tidak dikirim."
            );
            Content::new("Postingan Anda tidak terbit tepat waktu", &[&what])
        }
        End::Cancelled => {
            let what = format!(
                "{place}: postingan Anda tidak akan diterbitkan di sana, karena akunnya tidak lagi terhubung dengan tim."
            );
            Content::new("Postingan Anda dibatalkan", &[&what])
        }
    }
}

/// When and where something happened.
fn facts(moment: &Moment) -> Vec<Fact> {
    moment.facts(time(&moment.at), ["Waktu", "Jaringan", "Program"], "di")
}

/// Such as `Selasa, 3 Maret 2026 pukul 14.05 WIB`.
fn time(at: &Zoned) -> String {
    let day = nth(DAYS, at.weekday().to_monday_zero_offset());
    let (date, month, year) = (at.day(), nth(MONTHS, at.month() - 1), at.year());
    let (clock, zone) = (at.strftime("%H.%M"), zone(at));
    format!("{day}, {date} {month} {year} pukul {clock} {zone}")
}

fn nth(words: &'static str, index: i8) -> &'static str {
    let index = usize::try_from(index).unwrap_or_default();
    words.split(' ').nth(index).unwrap_or_default()
}
