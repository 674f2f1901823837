//! Finds the route of a request with the precedence of API Gateway's HTTP APIs.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// A method and a path, and what serves it.
#[derive(Debug, Clone)]
pub(crate) struct Route<T> {
    /// `GET`, … or `ANY`.
    pub method: String,
    /// The path as the template writes it, e.g. `/posts/{postId}`.
    pub path: String,
    /// What serves it.
    pub target: T,
}

/// The routes of an API.
#[derive(Debug, Clone)]
pub(crate) struct Routes<T>(Vec<Route<T>>);

/// A route and the path parameters of one request.
#[derive(Debug)]
pub(crate) struct Match<'a, T> {
    /// The route.
    pub route: &'a Route<T>,
    /// The parameters, URL-decoded.
    pub parameters: BTreeMap<String, String>,
}

/// How closely one segment of a route fits: the earlier, the closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Parameter,
    Greedy,
}

impl<T> Route<T> {
    /// `GET /posts/{postId}`, as events name it.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl<T> Routes<T> {
    /// Collects routes; their order does not matter.
    pub(crate) fn new(routes: Vec<Route<T>>) -> Self {
        Self(routes)
    }

    /// The route that fits a request most closely: exact segments before parameters, a method before `ANY`.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Match<'_, T>> {
        let candidates = self.0.iter().filter_map(|route| {
            let any = route.method == "ANY";
            if !any && route.method != method {
                return None;
            }
            let (fits, parameters) = fit(&route.path, path)?;
            Some(((fits, any), Match { route, parameters }))
        });
        let closest = candidates.min_by(|(one, _), (other, _)| one.cmp(other));
        closest.map(|(_, found)| found)
    }
}

fn fit(route: &str, path: &str) -> Option<(Vec<Fit>, BTreeMap<String, String>)> {
    let mut fits = Vec::new();
    let mut parameters = BTreeMap::new();
    let mut actual = path.split('/');
    for expected in route.split('/') {
        let name = expected
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match name {
            None => {
                if actual.next()? != expected {
                    return None;
                }
                fits.push(Fit::Exact);
            }
            Some(name) => {
                let greedy = name.strip_suffix('+');
                let value = if greedy.is_some() {
                    actual.by_ref().collect::<Vec<_>>().join("/")
                } else {
                    actual.next()?.to_owned()
                };
                if value.is_empty() {
                    return None;
                }
                let value = percent_decode_str(&value).decode_utf8_lossy().into_owned();
                parameters.insert(greedy.unwrap_or(name).to_owned(), value);
                fits.push(if greedy.is_some() {
                    Fit::Greedy
                } else {
                    Fit::Parameter
                });
            }
        }
    }
    actual.next().is_none().then_some((fits, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(String, BTreeMap<String, String>)> {
        let routes = [
            "GET /posts",
            "GET /posts/{postId}",
            "POST /posts/schedule",
            "GET /posts/schedule",
            "POST /posts/{postId}",
            "GET /teams/{teamId}/accounts",
            "ANY /posts/{postId}/{rest+}",
        ];
        let routes = routes.map(|key| {
            let (method, path) = key.split_once(' ').unwrap();
            let (method, path) = (method.to_owned(), path.to_owned());
            Route {
                method,
                path,
                target: (),
            }
        });
        let routes = Routes::new(routes.to_vec());
        let found = routes.find(method, path)?;
        Some((found.route.key(), found.parameters))
    }

    fn key(method: &str, path: &str) -> Option<String> {
        found(method, path).map(|(key, _)| key)
    }

    #[test]
    fn an_exact_segment_comes_before_a_parameter() {
        assert_eq!(
            key("POST", "/posts/schedule").as_deref(),
            Some("POST /posts/schedule")
        );
        assert_eq!(
            key("GET", "/posts/schedule").as_deref(),
            Some("GET /posts/schedule")
        );
        assert_eq!(
            key("POST", "/posts/post_1").as_deref(),
            Some("POST /posts/{postId}")
        );
    }

    #[test]
    fn parameters_are_decoded_after_the_path_is_split() {
        let (key, parameters) = found("GET", "/teams/a%2Fb%20c/accounts").unwrap();
        assert_eq!(key, "GET /teams/{teamId}/accounts");
        assert_eq!(parameters["teamId"], "a/b c");
    }

    #[test]
    fn a_greedy_parameter_takes_the_rest() {
        let (key, parameters) = found("PUT", "/posts/1/a/b").unwrap();
        assert_eq!(key, "ANY /posts/{postId}/{rest+}");
        assert_eq!(parameters["rest"], "a/b");
    }

    #[test]
    fn nothing_else_fits() {
        for (method, path) in [
            ("DELETE", "/posts"),
            ("GET", "/posts/"),
            ("GET", "/Posts"),
            ("GET", "/"),
            ("GET", "/teams//accounts"),
            ("GET", "/teams/1/accounts/2"),
        ] {
            assert_eq!(key(method, path), None, "{method} {path}");
        }
    }
}
