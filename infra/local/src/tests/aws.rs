//! Tests of the AWS operations through the AWS SDK.

use std::collections::BTreeMap;

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use super::*;

fn plain_queue(stack: &Stack) -> String {
    stack
        .app()
        .config
        .publish_queue_url
        .replace("WorkQueue", "PlainQueue")
}

async fn receive(stack: &Stack, url: &str) -> Vec<aws_sdk_sqs::types::Message> {
    let receive = stack.app().aws.sqs().receive_message().queue_url(url);
    let receive = receive.max_number_of_messages(10);
    let receive = receive.message_system_attribute_names("All".into());
    receive.send().await.unwrap().messages.unwrap_or_default()
}

fn count(message: &aws_sdk_sqs::types::Message) -> &str {
    let attributes = message.attributes.as_ref().unwrap();
    &attributes[&"ApproximateReceiveCount".into()]
}

#[tokio::test]
async fn a_delayed_message_arrives_at_its_second() {
    let stack = stack().await;
    let (sqs, url) = (stack.app().aws.sqs(), plain_queue(&stack));
    let send = sqs.send_message().queue_url(&url).message_body("x");
    send.delay_seconds(900).send().await.unwrap();
    stack.clock().advance(seconds(899));
    assert!(receive(&stack, &url).await.is_empty());
    stack.clock().advance(seconds(1));
    assert_eq!(receive(&stack, &url).await.len(), 1);

    let too_long = sqs.send_message().queue_url(&url).message_body("x");
    let error = too_long.delay_seconds(901).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    let control = sqs.send_message().queue_url(&url).message_body("\u{1}");
    let error = control.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_message_contents(), "{error:?}");
    let unknown = sqs
        .send_message()
        .queue_url("http://x/0/nowhere")
        .message_body("x");
    let error = unknown.send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
}

#[tokio::test]
async fn a_received_message_is_hidden_counted_and_then_a_dead_letter() {
    let stack = stack().await;
    let (sqs, url) = (stack.app().aws.sqs(), plain_queue(&stack));
    sqs.send_message()
        .queue_url(&url)
        .message_body("x")
        .send()
        .await
        .unwrap();
    let first = receive(&stack, &url).await.remove(0);
    assert_eq!((count(&first), first.body()), ("1", Some("x")));
    assert!(receive(&stack, &url).await.is_empty());
    stack.clock().advance(seconds(30));
    let second = receive(&stack, &url).await.remove(0);
    assert_eq!(count(&second), "2");

    let delete = sqs.delete_message().queue_url(&url);
    delete
        .receipt_handle(first.receipt_handle().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        stack.queue_depth("PlainQueue").unwrap(),
        1,
        "the handle was void"
    );
    stack.clock().advance(seconds(30));
    assert!(receive(&stack, &url).await.is_empty());
    assert!(stack.dead_letters().iter().any(|letter| letter.body == "x"));
}

#[tokio::test]
async fn a_batch_answers_for_each_entry() {
    let stack = stack().await;
    let (sqs, url) = (stack.app().aws.sqs(), plain_queue(&stack));
    let entry = |id: &str, delay| {
        let entry = SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(id);
        entry.delay_seconds(delay).build().unwrap()
    };
    let batch = sqs.send_message_batch().queue_url(&url);
    let batch = batch
        .entries(entry("a", 0))
        .entries(entry("b", 901))
        .entries(entry("c", 5));
    let sent = batch.send().await.unwrap();
    let ids: Vec<_> = sent
        .successful()
        .iter()
        .map(aws_sdk_sqs::types::SendMessageBatchResultEntry::id)
        .collect();
    assert_eq!(ids, ["a", "c"]);
    assert_eq!(
        (sent.failed()[0].id(), sent.failed()[0].sender_fault()),
        ("b", true)
    );
    let attributes = sqs.get_queue_attributes().queue_url(&url);
    let attributes = attributes
        .attribute_names("All".into())
        .send()
        .await
        .unwrap();
    let attributes = attributes.attributes.unwrap();
    assert_eq!(attributes[&"ApproximateNumberOfMessages".into()], "1");
    assert_eq!(
        attributes[&"ApproximateNumberOfMessagesDelayed".into()],
        "1"
    );

    let same = sqs
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("a", 0))
        .entries(entry("a", 0));
    let error = same.send().await.unwrap_err().into_service_error();
    assert!(error.is_batch_entry_ids_not_distinct(), "{error:?}");
}

#[tokio::test]
async fn a_message_is_not_kept_longer_than_its_retention() {
    let stack = stack().await;
    let (sqs, url) = (stack.app().aws.sqs(), plain_queue(&stack));
    sqs.send_message()
        .queue_url(&url)
        .message_body("x")
        .send()
        .await
        .unwrap();
    stack.clock().advance(seconds(3600));
    assert!(receive(&stack, &url).await.is_empty());
    assert_eq!(stack.queue_depth("PlainQueue").unwrap(), 0);
}

#[tokio::test]
async fn secrets_have_the_shape_of_the_template() {
    let stack = stack().await;
    let get = |name: &'static str| {
        stack
            .app()
            .aws
            .secrets()
            .get_secret_value()
            .secret_id(name)
            .send()
    };
    let text = get("test/deployment").await.unwrap().secret_string.unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["base_url"], stack.api_url());
    assert_eq!(value["seed"].as_str().unwrap().len(), 64);
    let error = get("test/none").await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn a_secret_can_be_replaced() {
    let stack = stack().await;
    let secrets = stack.app().aws.secrets();
    let get = || secrets.get_secret_value().secret_id("test/signing").send();
    let before = get().await.unwrap();
    let put = secrets.put_secret_value().secret_id("test/signing");
    let put = put.secret_string("new").send().await.unwrap();
    let after = get().await.unwrap();
    assert_eq!(after.secret_string(), Some("new"));
    assert_eq!(after.version_id(), put.version_id());
    assert_ne!(after.version_id(), before.version_id());
}

#[tokio::test]
async fn sign_in_goes_to_the_sandbox_unless_parameters_say_otherwise() {
    let providers = async |stack: &Stack| {
        let get = stack.app().aws.secrets().get_secret_value();
        let answer = get.secret_id("test/providers").send().await.unwrap();
        answer.secret_string.unwrap()
    };
    let stack = stack().await;
    let config = &stack.app().config;
    assert_eq!(config.google_issuer.as_str(), "https://google.sandbox/");
    let client = config.google_client_id.as_deref();
    assert_eq!(client, Some("tayang.apps.google.sandbox"));
    assert_eq!(
        providers(&stack).await,
        r#"{"google":"google-sandbox-secret"}"#
    );
    let sandbox = stack.sandbox_url().unwrap();
    for host in ["google.sandbox", "www.facebook.com", "graph.facebook.com"] {
        let endpoint = config.platform_endpoints[host].as_str();
        assert_eq!(endpoint, format!("{sandbox}/{host}"));
    }

    let own = BTreeMap::from([("GoogleClientSecret".to_owned(), "own".to_owned())]);
    for (sandbox, parameters, expected, issuer) in [
        (true, own, r#"{"google":"own"}"#, "https://google.sandbox/"),
        (
            false,
            BTreeMap::new(),
            r#"{"google":""}"#,
            "https://accounts.google.com/",
        ),
    ] {
        let options = Options {
            sandbox,
            parameters,
            ..options(Data::Memory)
        };
        let stack = Stack::start_with(options, CATALOGUE).await.unwrap();
        assert_eq!(providers(&stack).await, expected);
        assert_eq!(stack.app().config.google_issuer.as_str(), issuer);
    }
}

#[tokio::test]
async fn a_mail_arrives_decoded_in_the_outbox() {
    let stack = stack().await;
    let mail = "From: Tayang <from@example.com>\r\nTo: to@example.com\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Hall=C3=B6\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+SGFsbMO2PC9iPg==\r\n--b--\r\n";
    let message = aws_sdk_ses::types::RawMessage::builder();
    let message = message
        .data(aws_sdk_ses::primitives::Blob::new(mail))
        .build()
        .unwrap();
    let request = stack.app().aws.ses().send_raw_email().raw_message(message);
    let sent = request.send().await.unwrap();
    assert!(sent.message_id().starts_with("local-"));
    let [mail] = &stack.mails()[..] else { panic!() };
    assert_eq!(
        (mail.to.as_str(), mail.from.as_str()),
        ("to@example.com", "from@example.com")
    );
    assert_eq!(
        (mail.subject.as_str(), mail.text.trim()),
        ("Grüße", "Hallö")
    );
    assert_eq!(mail.html.as_deref(), Some("<b>Hallö</b>"));
    assert_eq!(mail.at, start());

    let message = aws_sdk_ses::types::RawMessage::builder();
    let message = message
        .data(aws_sdk_ses::primitives::Blob::new(""))
        .build()
        .unwrap();
    let request = stack.app().aws.ses().send_raw_email().raw_message(message);
    let error = request.send().await.unwrap_err().into_service_error();
    assert!(error.is_message_rejected(), "{error:?}");
}

#[tokio::test]
async fn an_event_for_an_unknown_bus_or_without_detail_is_refused() {
    let stack = stack().await;
    let events = stack.app().aws.events();
    let entry = PutEventsRequestEntry::builder()
        .source("test")
        .detail_type("x");
    let nowhere = entry.clone().detail("{}").event_bus_name("nowhere").build();
    let malformed = entry
        .clone()
        .detail("no")
        .event_bus_name(&stack.app().config.event_bus)
        .build();
    let put = events.put_events().entries(nowhere).entries(malformed);
    let answer = put.send().await.unwrap();
    assert_eq!(answer.failed_entry_count(), 2);
    assert_eq!(answer.entries()[1].error_code(), Some("MalformedDetail"));
}

#[tokio::test]
async fn expired_items_are_deleted_in_time() {
    let stack = stack().await;
    let app = stack.app();
    let put = app.aws.dynamodb().put_item().table_name(&app.config.table);
    let put = put.item("PK", AttributeValue::S("brief".to_owned()));
    let expires_at = (start().as_second() + 60).to_string();
    put.item("expires_at", AttributeValue::N(expires_at))
        .send()
        .await
        .unwrap();
    stack.advance(seconds(1800)).await.unwrap();
    while !written(&stack, "brief").await.is_empty() {
        tokio::task::yield_now().await;
    }
}
