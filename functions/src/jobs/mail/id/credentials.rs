//! Indonesian words about what somebody signs in with, and about the user account.

use domain::user::LINK_LIFETIME;
use domain::{Email, Provider, UserRole};

use super::facts;
use crate::jobs::mail::letter::{Content, Fact};
use crate::jobs::mail::moment::Moment;

const IF_NOT_YOU: &str = "Jika itu bukan Anda, segera buat kata sandi baru (“lupa kata sandi”): semua sesi akan berakhir, dan tautan masuk melalui Google atau Facebook akan dihapus.";

pub(super) fn sign_up(link: &str, provider: Option<Provider>) -> Content {
    let minutes = LINK_LIFETIME.as_mins();
    let subject = "Konfirmasi alamat email Anda";
    let content = match provider.map(Provider::title) {
        None => {
            let what = format!(
                "Selamat datang di Tayang. Konfirmasikan dalam {minutes} menit bahwa alamat ini milik Anda, lalu akun Anda siap digunakan."
            );
            Content::new(subject, &[&what]).closing(
                "Jika Anda tidak mendaftar, abaikan saja email ini: tanpa konfirmasi, tidak ada akun yang dibuat.",
            )
        }
        Some(provider) => {
            let what = format!(
                "Selamat datang di Tayang. Seseorang, mungkin Anda sendiri, mendaftar melalui {provider} dengan alamat ini. Konfirmasikan dalam {minutes} menit bahwa alamat ini milik Anda, di peramban yang sama dengan yang Anda gunakan saat kembali dari {provider}, lalu akun Anda siap digunakan."
            );
            Content::new(subject, &[&what]).closing(format!(
                "Jika itu bukan Anda, jangan konfirmasikan: akun {provider} milik orang lain akan dapat membuka akun Anda."
            ))
        }
    };
    content.button("Konfirmasi", link)
}

pub(super) fn account_exists(provider: Option<Provider>, is_closed: bool) -> Content {
    let by = provider.map_or(String::new(), |provider| {
        format!(" melalui {}", provider.title())
    });
    let what =
        format!("Seseorang, mungkin Anda sendiri, mendaftar di Tayang{by} dengan alamat ini.");
    let then = if is_closed {
        "Alamat ini milik akun yang telah ditutup oleh admin, jadi tidak ada yang diubah. Hanya admin yang dapat membukanya kembali."
    } else {
        "Alamat ini sudah memiliki akun, jadi tidak ada yang diubah: silakan langsung masuk."
    };
    let content = Content::new("Anda sudah memiliki akun", &[&what, then]);
    match provider.map(Provider::title) {
        _ if is_closed => content,
        None => content
            .closing("Jika Anda lupa kata sandi Anda, buatlah yang baru (“lupa kata sandi”)."),
        Some(provider) => content.closing(format!(
            "Agar selanjutnya dapat masuk melalui {provider}, masuklah seperti biasa, lalu tautkan {provider} ke akun Anda."
        )),
    }
}

pub(super) fn password_reset(link: &str, is_first: bool) -> Content {
    let minutes = LINK_LIFETIME.as_mins();
    let (title, wish) = if is_first {
        (
            "Buat kata sandi",
            "kata sandi untuk akun Anda, yang selama ini belum memilikinya",
        )
    } else {
        ("Buat kata sandi baru", "kata sandi baru untuk akun Anda")
    };
    let what = format!(
        "Seseorang, mungkin Anda sendiri, meminta {wish}. Anda dapat membuatnya dalam {minutes} menit."
    );
    let also = "Setelah itu semua sesi berakhir, dan tautan masuk melalui Google atau Facebook dihapus; Anda dapat menautkannya kembali.";
    Content::new(title, &[&what, also])
        .button(title, link)
        .closing("Jika itu bukan Anda, abaikan saja email ini: tidak ada yang diubah.")
}

pub(super) fn password_changed(by_link: bool, moment: &Moment) -> Content {
    let (what, closing) = if by_link {
        (
            "Kata sandi baru untuk akun Anda telah dibuat melalui tautan dalam email. Semua sesi telah berakhir, dan tautan masuk melalui Google atau Facebook telah dihapus.",
            "Jika itu bukan Anda, berarti ada orang lain yang dapat membaca email Anda: amankan dahulu kotak surat Anda, lalu segera buat kata sandi baru (“lupa kata sandi”).",
        )
    } else {
        (
            "Kata sandi akun Anda telah diubah. Semua sesi telah berakhir: silakan masuk kembali dengan kata sandi yang baru.",
            IF_NOT_YOU,
        )
    };
    Content::new("Kata sandi Anda telah diubah", &[what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn email_change(link: &str) -> Content {
    let what = format!(
        "Seseorang, mungkin Anda sendiri, ingin menggunakan alamat ini untuk sebuah akun di Tayang. Konfirmasikan dalam {} menit bahwa alamat ini milik Anda.",
        LINK_LIFETIME.as_mins()
    );
    let then = "Setelah itu semua sesi berakhir: silakan masuk kembali dengan alamat yang baru.";
    Content::new("Konfirmasi alamat email baru Anda", &[&what, then])
        .button("Konfirmasi", link)
        .closing("Jika Anda tidak memintanya, abaikan saja email ini: tidak ada yang diubah.")
}

pub(super) fn email_taken() -> Content {
    let what = "Pengguna Tayang lain ingin mengganti alamat email akunnya dengan alamat Anda. Alamat itu milik akun Anda, jadi tidak ada yang diubah.";
    Content::new("Seseorang ingin menggunakan alamat email Anda", &[what]).closing(
        "Anda tidak perlu melakukan apa pun. Jika itu Anda sendiri: satu alamat hanya dapat dimiliki satu akun.",
    )
}

pub(super) fn email_change_requested(to: &Email, moment: &Moment) -> Content {
    let what = format!(
        "Seseorang, mungkin Anda sendiri, meminta agar alamat email akun Anda diganti menjadi {to}. Alamat itu berlaku begitu dikonfirmasi melalui tautan dalam email yang kami kirim ke sana."
    );
    let closing = "Jika itu Anda, tidak ada yang perlu dilakukan di sini. Jika bukan, segera buat kata sandi baru (“lupa kata sandi”): semua sesi akan berakhir, dan permintaan ini pun batal.";
    Content::new("Ada permintaan untuk mengganti alamat email Anda", &[&what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn email_is_new(from: &Email, moment: &Moment) -> Content {
    let what = format!(
        "Alamat email akun Anda kini adalah alamat ini, bukan lagi {from}. Semua sesi telah berakhir: silakan masuk kembali dengan alamat yang baru."
    );
    Content::new("Alamat email Anda telah diganti", &[&what])
        .facts(facts(moment))
        .closing("Jika itu bukan Anda, beri tahu admin.")
}

pub(super) fn email_is_old(to: &Email, moment: &Moment) -> Content {
    let what = format!(
        "Alamat email akun Anda kini adalah {to}, bukan lagi alamat ini. Semua sesi telah berakhir: silakan masuk kembali dengan alamat yang baru."
    );
    let closing = "Jika itu bukan Anda, segera beri tahu admin: Anda tidak dapat lagi masuk dengan alamat ini.";
    Content::new("Alamat email Anda telah diganti", &[&what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn identity_linked(provider: Provider, moment: &Moment) -> Content {
    let provider = provider.title();
    let what = format!("Mulai sekarang Anda dapat masuk ke akun Anda melalui {provider}.");
    Content::new(format!("{provider} telah ditautkan ke akun Anda"), &[&what])
        .facts(facts(moment))
        .closing(IF_NOT_YOU)
}

pub(super) fn identity_unlinked(provider: Provider, moment: &Moment) -> Content {
    let provider = provider.title();
    let what = format!("Anda tidak dapat lagi masuk ke akun Anda melalui {provider}.");
    Content::new(
        format!("{provider} tidak lagi tertaut ke akun Anda"),
        &[&what],
    )
    .facts(facts(moment))
    .closing(IF_NOT_YOU)
}

pub(super) fn new_sign_in(provider: Option<Provider>, moment: &Moment) -> Content {
    let what = "Seseorang masuk ke akun Anda dari jaringan yang tidak kami kenali.";
    let how = Fact {
        label: "Melalui",
        value: provider.map_or("Kata sandi", Provider::title).to_owned(),
    };
    let mut facts = facts(moment);
    facts.push(how);
    let closing = format!("Jika itu Anda, tidak ada yang perlu dilakukan. {IF_NOT_YOU}");
    Content::new("Ada yang baru saja masuk ke akun Anda", &[what])
        .facts(facts)
        .closing(closing)
}

pub(super) fn session_reused(moment: &Moment) -> Content {
    let what = "Kunci yang sudah ditukarkan oleh salah satu perangkat Anda dipakai untuk kedua kalinya. Itu terjadi bila ada yang memegang salinannya, sehingga sesi tersebut kami akhiri: silakan masuk kembali di perangkat itu.";
    let closing = "Jika Anda tidak tahu mengapa ini terjadi, ubahlah kata sandi Anda: semua sesi akan berakhir.";
    Content::new("Kami mengakhiri salah satu sesi Anda", &[what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn role_changed(role: UserRole, moment: &Moment) -> Content {
    let what = match role {
        UserRole::Admin => {
            "Anda kini menjadi admin Tayang: Anda dapat membuat tim dan mengelola pengguna."
        }
        UserRole::Member => {
            "Anda bukan lagi admin Tayang. Peran Anda di dalam tim tetap seperti semula."
        }
    };
    Content::new("Peran Anda telah diubah", &[what]).facts(facts(moment))
}

pub(super) fn disabled(moment: &Moment) -> Content {
    let what = "Admin Tayang telah menutup akun Anda. Semua sesi telah berakhir, dan tidak ada yang dapat masuk ke akun itu.";
    Content::new("Akun Anda telah ditutup", &[what])
        .facts(facts(moment))
        .closing("Jika menurut Anda ini keliru, silakan hubungi admin.")
}

pub(super) fn enabled(moment: &Moment) -> Content {
    let what = "Admin Tayang telah membuka kembali akun Anda. Anda dapat masuk seperti biasa.";
    Content::new("Akun Anda telah dibuka kembali", &[what]).facts(facts(moment))
}
