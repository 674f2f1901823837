//! Other methods on the paths that there are.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;

use super::everything_in_the_tables;
use crate::drift::template::routes;
use crate::harness::World;

#[tokio::test]
async fn a_method_that_a_path_does_not_have_does_nothing() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    world.settle().await;
    let before = everything_in_the_tables(&world).await;
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in routes() {
        let path = paths.entry(route.path).or_default();
        path.insert(route.method);
    }
    for (path, methods) in paths {
        // Whatever stands in the path: nothing may come so far as to look for it.
        let target = path.replace(['{', '}', '+'], "");
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
        ] {
            if methods.contains(method) {
                continue;
            }
            let method: Method = method.parse().unwrap();
            let body = Some("{}".to_owned());
            let answer = ana
                .api
                .send(method.clone(), &target, body, "application/json");
            let status = answer.await.status;
            let expected: &[u16] = if method == Method::OPTIONS {
                &[204, 404]
            } else {
                &[404, 405]
            };
            assert!(expected.contains(&status), "{method} {path}: {status}");
        }
    }
    assert!(everything_in_the_tables(&world).await == before);
    assert_eq!(world.stack.mails().len(), 1);
    world.finish().await;
}
