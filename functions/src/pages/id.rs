//! Pages in Indonesian.

use app::auth::passwords::MIN_CHARACTERS;
use domain::user::LINK_LIFETIME;

use super::words::{End, Landing, ResetPassword, Tokens, Trouble, VerifyEmail, Words};

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
        Landing::Connected { handle } => End::new(
            "Terhubung",
            format!("{handle} sudah terhubung. Anda dapat menutup halaman ini."),
        ),
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
