//! Indonesian words about teams: who is in them, and the access to their accounts.

use domain::{Locale, Role, TeamName, invitation};
use jiff::Zoned;

use super::{facts, time};
use crate::jobs::mail::letter::{Content, Fact};
use crate::jobs::mail::news::{Access, Deed, First, Invited};
use crate::pages;
use crate::pages::words::RoleWords;

pub(super) fn invitation(invited: &Invited) -> Content {
    let Invited {
        team, email, until, ..
    } = invited;
    let who = invited
        .inviter
        .as_ref()
        .map_or("Seseorang", |name| name.as_str());
    let RoleWords { is, can } = role(invited.role);
    let what = format!(
        "{who} mengundang Anda bergabung dengan tim {team} di Tayang sebagai {is}: di sana Anda dapat {can}."
    );
    let first = invited.first.as_ref().map(|first| match first {
        First::SignUp => format!(
            "Belum ada akun untuk {email}. Mendaftarlah dahulu dengan alamat ini, lalu bergabunglah."
        ),
        First::Reopen => "Akun Anda telah ditutup oleh admin Tayang. Anda dapat bergabung setelah admin membukanya kembali.".to_owned(),
    });
    let days = invitation::LIFETIME.as_hours() / 24;
    let until = format!("Undangan ini berlaku {days} hari, sampai {}.", time(until));
    let paragraphs: Vec<_> = [Some(&what), first.as_ref(), Some(&until)]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    Content::new(format!("{who} mengundang Anda ke tim {team}"), &paragraphs)
        .button("Bergabung dengan tim", &invited.link)
        .closing("Jika Anda tidak ingin bergabung atau tidak mengenal pengundangnya, abaikan saja email ini: tidak ada yang menjadi anggota tanpa menerima undangan.")
}

pub(super) fn member_added(team: &TeamName, role: Role, deed: &Deed) -> Content {
    let RoleWords { is, can } = self::role(role);
    let what =
        format!("Anda telah ditambahkan ke tim {team} sebagai {is}: di sana Anda dapat {can}.");
    Content::new(format!("Anda kini anggota tim {team}"), &[&what])
        .facts(with_name(deed))
        .closing("Jika Anda tidak ingin menjadi anggota, Anda dapat keluar dari tim kapan saja.")
}

pub(super) fn member_role_changed(
    team: &TeamName,
    before: Role,
    role: Role,
    deed: &Deed,
) -> Content {
    let RoleWords { is: was, .. } = self::role(before);
    let RoleWords { is, can } = self::role(role);
    let what = format!(
        "Peran Anda di tim {team} telah diubah dari {was} menjadi {is}. Mulai sekarang Anda dapat {can}."
    );
    Content::new(format!("Peran Anda di tim {team} telah diubah"), &[&what])
        .facts(with_name(deed))
        .closing("Jika menurut Anda ini keliru, silakan hubungi admin tim.")
}

pub(super) fn member_removed(team: &TeamName, deed: &Deed) -> Content {
    let what = format!(
        "Anda telah dikeluarkan dari tim {team}: Anda tidak dapat lagi melihat atau mengubah apa pun di dalamnya."
    );
    Content::new(format!("Anda bukan lagi anggota tim {team}"), &[&what])
        .facts(with_name(deed))
        .closing("Jika menurut Anda ini keliru, silakan hubungi admin tim.")
}

pub(super) fn account_needs_reconnect(access: &Access, reason: Option<&str>) -> Content {
    let (place, team) = (access.account.named("di"), &access.team);
    let what = format!(
        "Platform tidak lagi memberi kami akses ke {place}, akun tim {team}, sehingga tidak ada yang diterbitkan di sana."
    );
    let then = "Postingan yang sudah dijadwalkan menunggu, dan diterbitkan setelah akun ini dihubungkan kembali, kecuali jika batas waktunya sudah lewat.";
    let why = "Alasan yang kami terima:";
    let subject = format!("{place} harus dihubungkan kembali");
    let content = match reason {
        Some(reason) => Content::new(subject, &[&what, then, why]).quote(reason),
        None => Content::new(subject, &[&what, then]),
    };
    reconnect(content, access)
}

pub(super) fn account_expiring(access: &Access, ends_at: &Zoned) -> Content {
    let (place, team) = (access.account.named("di"), &access.team);
    let what = format!(
        "Akses kami ke {place}, akun tim {team}, berakhir pada {}. Hanya pemilik akun yang dapat memperpanjangnya, dengan menghubungkannya kembali.",
        time(ends_at)
    );
    let then = "Sampai saat itu semuanya diterbitkan seperti biasa. Setelahnya, postingan yang sudah dijadwalkan menunggu sampai akun ini dihubungkan kembali.";
    let content = Content::new(format!("Akses ke {place} segera berakhir"), &[&what, then]);
    reconnect(content, access)
}

/// What to do about an account.
fn reconnect(content: Content, access: &Access) -> Content {
    content
        .button("Cara menghubungkannya kembali", &access.documentation)
        .closing(format!(
            "Admin tim dapat menghubungkannya kembali dengan {}. Email ini dikirim ke semua admin tim.",
            access.call
        ))
}

fn with_name(deed: &Deed) -> Vec<Fact> {
    let mut facts = facts(&deed.moment);
    facts.extend(deed.by.as_ref().map(|name| Fact {
        label: "Oleh",
        value: name.to_string(),
    }));
    facts
}

fn role(role: Role) -> RoleWords {
    pages::role(Locale::Id, role)
}
