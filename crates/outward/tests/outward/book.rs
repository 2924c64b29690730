//! A resolver that says what it is told to, a different thing each time if need be.

use async_trait::async_trait;
use outdial_outward::{IpNet, Outward, Policy, Resolver};
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

/// Names and what they lead to: at each question the next answer, the last one for ever.
#[derive(Debug, Default)]
pub struct Book {
    entries: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: Mutex<HashMap<String, usize>>,
}

impl Book {
    /// A name with its answers, each a list of addresses separated by blanks.
    pub fn with(mut self, name: &str, answers: &[&str]) -> Self {
        let addresses = |text: &&str| text.split(' ').map(|address| address.parse().unwrap()).collect();
        self.entries.insert(name.to_owned(), answers.iter().map(addresses).collect());
        self
    }

    /// A way out that resolves names by this, and may go to these networks besides.
    pub fn outward(self, networks: &[&str]) -> Outward {
        Outward::resolving_by(policy(networks), Arc::new(self))
    }
}

/// Plain http, and these networks.
pub fn policy(networks: &[&str]) -> Policy {
    let allowed_networks = networks.iter().map(|network| network.parse::<IpNet>().unwrap()).collect();
    Policy { allow_http: true, allowed_networks }
}

#[async_trait]
impl Resolver for Book {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let Some(answers) = self.entries.get(name) else {
            return Err(io::Error::other("no such name"));
        };
        let mut asked = self.asked.lock().unwrap();
        let count = asked.entry(name.to_owned()).or_default();
        let answer = answers[(*count).min(answers.len() - 1)].clone();
        *count += 1;
        Ok(answer)
    }
}
