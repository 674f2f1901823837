//! The page in Indonesian.

use domain::options::GoogleBusinessAction as Action;
use domain::{MediaKind, Platform};
use platforms::rules::Unit;

use super::words::{Audience, Mark, Words};

pub(super) fn words() -> Words {
    Words {
        title: "Pratinjau",
        accounts: "Akun",
        now: "baru saja",
        like: "Suka",
        comment: "Komentari",
        share: "Bagikan",
        repost: "Posting ulang",
        send: "Kirim",
        save: "Simpan",
        subscribe: "Subscribe",
        follow: "Ikuti",
        app: "APP",
        sound: "suara asli",
        views: "0 x ditonton",
        channel: "kanal",
        code: "Kode",
        sensitive: "Konten sensitif",
        show: "Tampilkan",
        files: "Gambar dan video",
        link_note: "Gambar dan judul berasal dari halaman tujuan.",
        part: "Bagian",
        first_comment: "Komentar pertama",
        errors: "Perlu diperbaiki",
        warnings: "Perlu diperhatikan",
        thousands: '.',
    }
}

pub(super) fn more(platform: Platform) -> &'static str {
    match platform {
        Platform::Facebook
        | Platform::LinkedIn
        | Platform::Telegram
        | Platform::Discord
        | Platform::Slack => "Lihat selengkapnya",
        Platform::X | Platform::Bluesky => "Tampilkan lebih banyak",
        Platform::Mastodon | Platform::Reddit => "Baca selengkapnya",
        Platform::YouTube
        | Platform::Instagram
        | Platform::Threads
        | Platform::TikTok
        | Platform::Pinterest
        | Platform::GoogleBusiness => "selengkapnya",
    }
}

pub(super) fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Everybody => "Publik",
        Audience::NotListed => "Tidak terdaftar",
        Audience::Followers => "Pengikut",
        Audience::Friends => "Teman",
        Audience::Connections => "Koneksi",
        Audience::Author => "Hanya Anda",
    }
}

pub(super) fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::MadeWithAi => "Dibuat dengan AI",
        Mark::PaidPartnership => "Kemitraan berbayar",
        Mark::OwnBrand => "Konten promosi",
        Mark::Nsfw => "NSFW",
        Mark::Spoiler => "Spoiler",
    }
}

pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Book => "Reservasi",
        Action::Order => "Pesan online",
        Action::Shop => "Beli",
        Action::LearnMore => "Pelajari lebih lanjut",
        Action::SignUp => "Daftar",
        Action::Call => "Telepon sekarang",
    }
}

pub(super) fn summary(all: usize, stopped: usize) -> String {
    match (all, stopped) {
        (1, 0) => "Akun ini dapat menerimanya apa adanya.".into(),
        (_, 0) => format!("Semua {all} akun dapat menerimanya apa adanya."),
        (1, _) => "Akun ini belum dapat menerimanya.".into(),
        _ => format!("{stopped} dari {all} akun belum dapat menerimanya."),
    }
}

pub(super) fn count(unit: Unit, [length, limit, left]: [&str; 3], over: bool) -> String {
    let unit = match unit {
        Unit::Characters | Unit::CodePoints | Unit::Utf16Units => "karakter",
        Unit::Bytes => "byte",
        Unit::WeightedCharacters => "karakter berbobot",
    };
    let rest = if over { "kelebihan" } else { "sisa" };
    format!("{length} dari {limit} {unit} · {rest} {left}")
}

pub(super) fn undescribed(kind: MediaKind, number: usize) -> String {
    let kind = match kind {
        MediaKind::Image => "Gambar",
        MediaKind::Animation => "Animasi",
        MediaKind::Video => "Video",
        MediaKind::Document => "Dokumen",
    };
    format!("{kind} {number}, tanpa deskripsi")
}
