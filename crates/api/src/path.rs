//! Ids in paths.

use crate::problem::{Problem, table};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::fmt::Display;
use std::future::{Ready, ready};
use std::str::FromStr;

/// The first variable of a path, an id or a name. What cannot be an id does not exist: 404.
#[derive(Debug)]
pub(crate) struct Id<T>(pub T);

impl<T: FromStr> FromRequest for Id<T>
where
    T::Err: Display,
{
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().iter().next().map_or("", |(_, text)| text);
        let parsed = text.parse().map(Self);
        ready(parsed.map_err(|error: T::Err| Problem::new(&table::NOT_FOUND, error.to_string())))
    }
}
