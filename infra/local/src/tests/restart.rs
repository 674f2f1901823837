//! Tests that nothing is lost when the process is stopped.

use super::*;

async fn open(folder: &Path) -> Stack {
    let data = Data::Folder(folder.to_owned());
    Stack::start_with(options(data), CATALOGUE).await.unwrap()
}

async fn secret(stack: &Stack) -> String {
    let get = stack.app().aws.secrets().get_secret_value();
    get.secret_id("test/signing")
        .send()
        .await
        .unwrap()
        .secret_string
        .unwrap()
}

#[tokio::test]
async fn messages_events_records_and_secrets_survive() {
    let folder = tempfile::tempdir().unwrap();
    let stack = open(folder.path()).await;
    let before = secret(&stack).await;
    stack.send_to_queue("WorkQueue", "fail").unwrap();
    write(stack.app(), "deaf", "told").await.unwrap();
    stack.settle().await.unwrap();
    assert_eq!(stack.failures().len(), 1);
    stack.shutdown().await;

    let stack = open(folder.path()).await;
    assert_eq!(secret(&stack).await, before);
    stack.settle().await.unwrap();
    assert_eq!(stack.messages("WorkQueue").unwrap()[0].receive_count, 1);
    assert_eq!(
        stack.failures().len(),
        0,
        "handled records do not come again, and the retry is not due yet"
    );
    stack.advance(seconds(60)).await.unwrap();
    assert_eq!(stack.failures().len(), 1, "the event is retried");
    stack.advance(seconds(300)).await.unwrap();
    assert_eq!(stack.dead_letters().len(), 2);
    stack.shutdown().await;

    crate::forget(folder.path()).unwrap();
    let stack = open(folder.path()).await;
    assert_ne!(secret(&stack).await, before);
    assert!(stack.dead_letters().is_empty());
}

#[tokio::test]
async fn records_written_before_a_crash_are_relayed_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let stack = open(folder.path()).await;
    write(stack.app(), "hello", "told").await.unwrap();
    drop(stack);

    let stack = open(folder.path()).await;
    stack.advance(seconds(10)).await.unwrap();
    assert_eq!(written(&stack, "done").await, ["done hello"]);
}

#[tokio::test]
async fn work_in_flight_is_cut_off_and_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let stack = open(folder.path()).await;
    let clock = stack.clock().clone();
    stack.send_to_queue("WorkQueue", "sleep").unwrap();
    stack.settle().await.unwrap();
    assert_eq!(clock.sleepers(), 1);
    stack.shutdown().await;
    while clock.sleepers() > 0 {
        tokio::task::yield_now().await;
    }

    let stack = open(folder.path()).await;
    stack.advance(seconds(119)).await.unwrap();
    assert!(written(&stack, "done").await.is_empty());
    stack.advance(seconds(6)).await.unwrap();
    assert_eq!(written(&stack, "done").await, ["done sleep"]);
}

#[tokio::test]
async fn a_folder_that_is_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _stack = open(folder.path()).await;
    let data = Data::Folder(folder.path().to_owned());
    let error = Stack::start_with(options(data), CATALOGUE)
        .await
        .err()
        .unwrap();
    assert!(format!("{error:#}").contains("in use"), "{error:#}");
    assert!(crate::forget(folder.path()).is_err());
}
