//! Finds a mail in a mailbox, whatever shape that has.

use serde_json::Value;

/// The text of the JSON object that is a mail with all of these words.
pub(super) fn find_mail(value: &Value, words: &[&str]) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| find_mail(item, words)),
        Value::Object(fields) if holds_mails(value) => {
            fields.values().find_map(|field| find_mail(field, words))
        }
        Value::Object(_) => {
            let text = readable(&value.to_string());
            words.iter().all(|word| text.contains(word)).then_some(text)
        }
        _ => None,
    }
}

/// Whether there is a list of objects somewhere within: then this is not a mail itself.
fn holds_mails(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(Value::is_object),
        Value::Object(fields) => fields.values().any(holds_mails),
        _ => false,
    }
}

/// Undoes what JSON and MIME (quoted-printable, RFC 2045) do to the words of a mail, well enough to find them.
fn readable(json: &str) -> String {
    json.replace("\\r\\n", "\n")
        .replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("=\n", "")
        .replace("=3D", "=")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_of_two_mails_are_not_taken_for_one() {
        let mail = |to: &str, text: &str| json!({ "headers": { "to": [to] }, "text": text });
        let mails = [mail("ana", "confirm?token=1"), mail("budi", "join?token=2")];
        for mailbox in [json!(mails), json!({ "messages": { "0000": mails } })] {
            assert_eq!(find_mail(&mailbox, &["budi", "confirm"]), None);
            let found = find_mail(&mailbox, &["budi", "join"]);
            assert!(found.is_some_and(|mail| !mail.contains("ana")));
        }
    }
}
