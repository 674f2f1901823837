//! The options of Google Business Profile.

use domain::Link;
use domain::options::{
    GoogleBusiness, GoogleBusinessAction as Action, GoogleBusinessTopic as Topic,
};
use jiff::civil::DateTime;

use super::fields::Fields;

const TITLE: usize = 58;
const COUPON: usize = 58;

pub(super) fn business(fields: &mut Fields<'_, '_>, options: &GoogleBusiness) {
    let topic = options.topic.unwrap_or(Topic::Standard);
    match topic {
        Topic::Standard => unscheduled(fields, options),
        Topic::Event | Topic::Offer => scheduled(fields, options),
    }
    fields.title("title", options.title.as_deref(), TITLE);
    fields.title("coupon_code", options.coupon_code.as_deref(), COUPON);
    if topic != Topic::Offer {
        let offers = [
            ("coupon_code", options.coupon_code.is_some()),
            ("redeem_url", options.redeem_url.is_some()),
            ("terms", options.terms.is_some()),
        ];
        for (name, is_given) in offers {
            fields.unused(name, is_given, "only an offer has it");
        }
    }
    if let Some(url) = &options.redeem_url {
        let is_https = Link::parse(url).is_ok_and(|link| link.as_str().starts_with("https://"));
        if !is_https {
            let detail = "redeem_url must be an https address";
            fields.error("option_invalid", "redeem_url", detail);
        }
    }
    button(fields, options, topic);
}

fn unscheduled(fields: &mut Fields<'_, '_>, options: &GoogleBusiness) {
    let given = [
        ("title", options.title.is_some()),
        ("starts_at", options.starts_at.is_some()),
        ("ends_at", options.ends_at.is_some()),
    ];
    for (name, is_given) in given {
        fields.unused(name, is_given, "only an event or an offer has it");
    }
}

fn scheduled(fields: &mut Fields<'_, '_>, options: &GoogleBusiness) {
    if options.title.is_none() {
        fields.missing("title", "the title of an event or an offer");
    }
    let starts = moment(fields, "starts_at", options.starts_at.as_deref());
    let ends = moment(fields, "ends_at", options.ends_at.as_deref());
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends <= starts
    {
        let detail = "ends_at must be after starts_at";
        fields.error("option_invalid", "ends_at", detail);
    }
}

fn moment(fields: &mut Fields<'_, '_>, name: &str, value: Option<&str>) -> Option<DateTime> {
    let Some(value) = value else {
        fields.missing(name, "the beginning and the end of an event or an offer");
        return None;
    };
    let is_local = !value.contains(['Z', 'z', '[', '+']);
    let moment = value.parse().ok().filter(|_| is_local);
    if moment.is_none() {
        let detail = format!("{name} must be a date and a time such as 2030-01-31T09:00:00");
        fields.error("option_invalid", name, detail);
    }
    moment
}

/// A button leads to the link of the post, but for calling; offers have one of their own.
fn button(fields: &mut Fields<'_, '_>, options: &GoogleBusiness, topic: Topic) {
    let has_link = fields.question.said.body.link.is_some();
    match options.action {
        Some(_) if topic == Topic::Offer => {
            let detail = "an offer has a button of its own: leave action out";
            fields.error("option_invalid", "action", detail);
        }
        Some(Action::Call) if has_link => {
            let detail = "a button for calling leads to no link: leave one of them out";
            fields.error("option_invalid", "action", detail);
        }
        Some(Action::Book | Action::Order | Action::Shop | Action::LearnMore | Action::SignUp)
            if !has_link =>
        {
            let detail = "the button leads to the link of the post, and there is none";
            fields.error("option_invalid", "action", detail);
        }
        None if has_link && topic != Topic::Offer => {
            fields.missing("action", "to know what the button to the link says");
        }
        None if has_link => {
            let detail = "an offer leads to redeem_url and not to the link of the post";
            fields.error("option_invalid", "redeem_url", detail);
        }
        Some(_) | None => {}
    }
}
