//! Pages in Indonesian.

use app::auth::passwords::MIN_CHARACTERS;
use domain::user::LINK_LIFETIME;
use domain::{Email, Role, invitation};

use super::words::{
    AcceptInvitation, Choice, End, Invited, Landing, ResetPassword, RoleWords, Tokens, Trouble,
    VerifyEmail, Words,
};
use crate::auth::oauth_choose::MOST;

/// What the pages say.
pub(super) fn words() -> Words {
    Words {
        no_script: "Halaman ini membutuhkan JavaScript.",
        show: "Lihat",
        hide: "Sembunyikan",
        trouble: Trouble {
            offline: "Tidak ada koneksi. Silakan coba lagi.",
            too_many: "Terlalu sering. Tunggu sebentar, lalu coba lagi.",
            failed: "Tidak berhasil karena kesalahan di pihak kami. Silakan coba lagi.",
        },
        verify_email: verify_email(),
        reset_password: reset_password(),
        accept_invitation: accept_invitation(),
        choice: choice(),
        tokens: tokens(),
    }
}

fn verify_email() -> VerifyEmail {
    VerifyEmail {
        title: "Konfirmasi alamat email Anda",
        text: "Satu klik untuk menyatakan bahwa alamat ini milik Anda.",
        confirm: "Konfirmasi",
        created: End::new(
            "Akun Anda siap digunakan",
            "Anda dapat masuk sekarang, dan menutup halaman ini.",
        ),
        changed: End::new(
            "Alamat email Anda telah diganti",
            "Semua sesi telah berakhir: silakan masuk kembali dengan alamat yang baru.",
        ),
        unusable: End::new(
            "Tautan ini tidak dapat digunakan lagi",
            "Jika alamat Anda sudah dikonfirmasi, silakan langsung masuk. Jika belum, mintalah email baru.",
        ),
        taken: End::new(
            "Tidak ada yang perlu dikonfirmasi",
            "Alamat ini, atau cara masuk yang Anda gunakan, sudah dimiliki sebuah akun: silakan langsung masuk.",
        ),
        elsewhere: End::new(
            "Bukan di peramban ini",
            "Alamat ini hanya dapat dikonfirmasi di peramban yang Anda gunakan untuk mendaftar: buka tautan dalam email di sana.",
        ),
    }
}

fn reset_password() -> ResetPassword {
    ResetPassword {
        title: "Buat kata sandi baru",
        text: "Begitu disimpan, semua sesi berakhir, dan tautan masuk melalui Google atau Facebook dihapus.",
        password: "Kata sandi baru",
        hint: format!("Minimal {MIN_CHARACTERS} karakter. Beberapa kata mudah diingat."),
        again: "Ulangi kata sandi",
        save: "Simpan",
        too_short: format!("Terlalu pendek: minimal {MIN_CHARACTERS} karakter."),
        different: "Kata sandinya tidak sama.",
        refused: "Kata sandi ini tidak dapat digunakan, silakan pilih yang lain:",
        done: End::new(
            "Kata sandi Anda telah diubah",
            "Semua sesi telah berakhir: silakan masuk dengan kata sandi yang baru.",
        ),
        unusable: End::new(
            "Tautan ini tidak dapat digunakan lagi",
            format!(
                "Tautan hanya berlaku satu kali, selama {} menit. Mintalah email baru untuk mendapatkan tautan lain.",
                LINK_LIFETIME.as_mins()
            ),
        ),
    }
}

fn accept_invitation() -> AcceptInvitation {
    AcceptInvitation {
        accept: "Bergabung dengan tim",
        sign_up_with: "Daftar dengan",
        sign_up: "Daftar dengan kata sandi",
        signed_up: "Saya sudah mendaftar",
        joined: End::new(
            "Anda sudah bergabung",
            "Silakan masuk untuk bekerja bersama tim. Anda dapat menutup halaman ini.",
        ),
        not_yet: End::new(
            "Tidak ada yang berubah",
            "Mungkin Anda sudah menjadi anggota: silakan langsung masuk. Atau belum ada yang mendaftar dengan alamat ini: mendaftarlah dahulu, lalu buka kembali tautan dalam email.",
        ),
        unusable: End::new(
            "Undangan ini tidak dapat digunakan lagi",
            format!(
                "Jika Anda sudah bergabung, silakan langsung masuk. Jika belum, undangan ini sudah ditarik kembali atau ditolak, atau sudah lebih dari {} hari: mintalah undangan baru kepada tim.",
                invitation::LIFETIME.as_hours() / 24
            ),
        ),
    }
}

/// What a role is called, and what it is good for.
pub(super) fn role(role: Role) -> RoleWords {
    let (is, can) = match role {
        Role::Admin => (
            "admin",
            "mengelola tim serta menulis, menyetujui, dan menjadwalkan postingan",
        ),
        Role::Editor => ("editor", "menulis, menyetujui, dan menjadwalkan postingan"),
        Role::Viewer => ("pembaca", "membaca postingan tim"),
    };
    RoleWords { is, can }
}

/// What somebody reads who is invited.
pub(super) fn invited(
    (team, inviter, role): (&str, Option<&str>, Role),
    email: &Email,
    is_known: bool,
) -> Invited {
    let RoleWords { is, can } = self::role(role);
    let inviter = inviter.unwrap_or("Seseorang");
    Invited {
        title: format!("Bergabung dengan {team}"),
        text: format!("{inviter} mengundang Anda bergabung dengan tim {team} sebagai {is}: di sana Anda dapat {can}."),
        first: (!is_known).then(|| {
            format!("Belum ada akun untuk {email}. Mendaftarlah dahulu dengan alamat ini, lalu kembali ke halaman ini.")
        }),
    }
}

fn choice() -> Choice {
    Choice {
        text: "Izin Anda mencakup beberapa akun. Akun mana yang akan digunakan tim?",
        connected: "sudah terhubung",
        connect: "Hubungkan",
        how_many: format!("Pilih minimal satu akun dan maksimal {MOST} akun."),
        done: End::new("Terhubung", "Anda dapat menutup halaman ini."),
        unusable: End::new(
            "Sudah terlambat untuk memilih",
            "Silakan mulai lagi: hubungkan akunnya sekali lagi.",
        ),
        refused: End::new(
            "Tidak berhasil",
            "Anda tidak lagi berhak menghubungkan akun untuk tim ini.",
        ),
    }
}

fn tokens() -> Tokens {
    Tokens {
        warning: "Kedua token ini rahasia: siapa pun yang memilikinya dapat bertindak atas nama Anda.",
        access: "Token akses",
        access_hint: "Untuk permintaan. Di dokumentasi, masukkan pada “Authorize”.",
        refresh: "Token penyegar",
        refresh_hint: "Untuk POST /refresh-token, satu kali: jawabannya berisi dua token berikutnya.",
        copy: "Salin",
        copied: "Tersalin",
        documentation: "Buka dokumentasi",
    }
}

/// What somebody reads who came back.
pub(super) fn landing(landing: &Landing<'_>) -> End {
    match landing {
        Landing::Connected { handle, platform } => End::new(
            "Terhubung",
            format!("{handle} di {platform} sudah terhubung. Anda dapat menutup halaman ini."),
        ),
        Landing::Choose { platform, .. } => {
            End::new(format!("Pilih akun di {platform}"), choice().text)
        }
        Landing::SignedIn { name, .. } => {
            End::new("Anda sudah masuk", format!("Selamat datang, {name}."))
        }
        Landing::Linked { provider } => End::new(
            format!("{provider} telah ditautkan"),
            format!(
                "Mulai sekarang Anda dapat masuk melalui {provider}. Anda dapat menutup halaman ini."
            ),
        ),
        Landing::MailSent { address } => End::new(
            "Periksa kotak surat Anda",
            format!(
                "Kami telah mengirim email ke {address}. Buka tautannya di peramban ini, dalam {} menit.",
                LINK_LIFETIME.as_mins()
            ),
        ),
        Landing::Refused { detail, .. } => End::new("Tidak berhasil", format!("{detail}.")),
    }
}
