//! Indonesian words about posts that are still to go out, or were.

use domain::Note;

use super::time;
use crate::jobs::mail::letter::Content;
use crate::jobs::mail::news::{Deed, Labels, Matter, PostNews};

const LABELS: Labels = Labels {
    asked: "Diminta",
    decided: "Diputuskan",
    post: "Postingan",
    before: "Waktu semula",
    time: "Waktu",
    local: "Waktu setempat",
    latest: "Paling lambat",
    next: "Waktu berikutnya",
    count: "Sisa penayangan",
    to: "Ke",
    on: "di",
};

pub(super) fn content(news: &PostNews) -> Content {
    let decide = "Cara menyetujui atau menolaknya";
    let choose = "Cara memilih waktu lain";
    let (content, button) = match &news.matter {
        Matter::Pending(deed) => (pending(news, deed), Some(decide)),
        Matter::ApprovalDue => (approval_due(news), Some(decide)),
        Matter::ApprovalMissed => (approval_missed(news), Some(choose)),
        Matter::Approved(deed) => (approved(news, deed), None),
        Matter::Rejected { deed, feedback } => {
            let (content, button) = rejected(news, deed, feedback);
            (content, Some(button))
        }
        Matter::Moved { .. } => (moved(news), Some(choose)),
    };
    let content = content.facts(news.facts(&LABELS, time));
    match button.zip(news.documentation.as_ref()) {
        Some((button, address)) => content.button(button, address),
        None => content,
    }
}

fn pending(news: &PostNews, deed: &Deed) -> Content {
    let (who, team) = (who(deed), &news.team);
    let (subject, what) = if news.is_further() {
        (
            format!("Penayangan ulang postingan tim {team} menunggu persetujuan Anda"),
            format!(
                "{who} ingin postingan ini ditayangkan ulang dan meminta keputusan Anda. Tanpa persetujuan, postingan ini tidak ditayangkan ulang."
            ),
        )
    } else {
        (
            format!("Postingan tim {team} menunggu persetujuan Anda"),
            format!(
                "{who} meminta keputusan Anda tentang postingan ini. Tanpa persetujuan, postingan ini tidak diterbitkan."
            ),
        )
    };
    let content = Content::new(subject, &[&what]).closing(how_to_decide(news));
    quoted(content, news)
}

fn approval_due(news: &PostNews) -> Content {
    let what = "Waktu terbit postingan ini sudah dekat, tetapi belum ada yang menyetujui atau menolaknya. Tanpa persetujuan, postingan ini tidak diterbitkan.";
    let subject = format!(
        "Postingan tim {} masih menunggu persetujuan Anda",
        news.team
    );
    let content = Content::new(subject, &[what]).closing(how_to_decide(news));
    quoted(content, news)
}

fn approval_missed(news: &PostNews) -> Content {
    let what = "Tidak ada yang menyetujui postingan ini pada waktunya, maka postingan ini tidak diterbitkan.";
    let subject = format!("Postingan tim {} tidak disetujui pada waktunya", news.team);
    let content = Content::new(subject, &[what]).closing(
        "Untuk tetap menerbitkannya, silakan pilih waktu lain dengan POST /posts/schedule.",
    );
    quoted(content, news)
}

fn approved(news: &PostNews, deed: &Deed) -> Content {
    let (who, team) = (who(deed), &news.team);
    let (subject, what) = if news.is_further() {
        (
            format!("Penayangan ulang postingan tim {team} telah disetujui"),
            format!("{who} menyetujui penayangan ulang postingan ini."),
        )
    } else {
        (
            format!("Postingan tim {team} telah disetujui"),
            format!("{who} menyetujui postingan ini. Postingan ini diterbitkan pada waktunya."),
        )
    };
    quoted(Content::new(subject, &[&what]), news)
}

fn rejected(news: &PostNews, deed: &Deed, feedback: &Note) -> (Content, &'static str) {
    let (who, team, post) = (who(deed), &news.team, news.post);
    let (subject, what, closing, button) = if news.is_further() {
        (
            format!("Penayangan ulang postingan tim {team} ditolak"),
            format!("{who} menolak penayangan ulang postingan ini. Alasannya:"),
            format!("Untuk meminta waktu lain, gunakan POST /posts/repost/{post}."),
            "Cara memilih waktu lain",
        )
    } else {
        (
            format!("Postingan tim {team} ditolak"),
            format!(
                "{who} menolak postingan ini, maka postingan ini tidak diterbitkan. Alasannya:"
            ),
            format!(
                "Silakan ubah dengan PUT /posts/{post}, lalu minta persetujuan lagi dengan POST /posts/{post}/submit."
            ),
            "Cara mengubahnya",
        )
    };
    let content = Content::new(subject, &[&what]).quote(feedback.as_str());
    (content.closing(closing), button)
}

fn moved(news: &PostNews) -> Content {
    let what = "Aturan sebuah zona waktu telah berubah. Waktu postingan ini dipilih menurut jam di sana, maka saat terbitnya ikut bergeser.";
    let subject = format!("Saat terbit postingan tim {} bergeser", news.team);
    let closing = if news.is_further() {
        format!(
            "Jika ini tidak sesuai, hentikan penayangan ulangnya dengan DELETE /posts/repost/{}, lalu pilih waktu lain.",
            news.post
        )
    } else {
        "Jika ini tidak sesuai, silakan pilih waktu lain dengan POST /posts/schedule.".to_owned()
    };
    quoted(Content::new(subject, &[what]).closing(closing), news)
}

fn how_to_decide(news: &PostNews) -> String {
    let post = news.post;
    format!(
        "Setujui dengan POST /posts/{post}/approve, atau tolak dengan POST /posts/{post}/reject. Email ini dikirim ke semua anggota yang dapat menyetujuinya, dan satu persetujuan sudah cukup."
    )
}

fn quoted(content: Content, news: &PostNews) -> Content {
    if news.excerpt.is_empty() {
        content
    } else {
        content.quote(&news.excerpt)
    }
}

fn who(deed: &Deed) -> &str {
    deed.by.as_ref().map_or("Seseorang", |name| name.as_str())
}
