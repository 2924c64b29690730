//! Two times, kept apart.
//!
//! *Simulated* time ([`Moment`]) runs `speed` times as fast as the wall and drives everything a phone
//! network does: ringing, talking, waiting for a retry. *Real* time ([`Wall`]) is what clients write into
//! their requests and what signatures are checked against. A point in real time that a client names
//! (`NotBefore`) is as many simulated seconds ahead as it is real seconds ahead; a call is reported at the
//! real time it began, and its later stages at that time plus simulated seconds, so that durations come out
//! as the script says.

use std::ops::Add;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A point in simulated time, counted from the start of the simulator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Moment {
    pub(crate) fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, later: Duration) -> Moment {
        Moment(self.0.saturating_add(later))
    }
}

/// A point in real time: Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wall(i64);

impl Wall {
    pub(crate) fn from_seconds(seconds: i64) -> Wall {
        Wall(seconds.saturating_mul(1000))
    }

    pub(crate) fn from_millis(millis: i64) -> Wall {
        Wall(millis)
    }

    pub(crate) fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub(crate) fn millis(self) -> i64 {
        self.0
    }
}

impl Add<Duration> for Wall {
    type Output = Wall;

    fn add(self, later: Duration) -> Wall {
        Wall(self.0.saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)))
    }
}

pub(crate) struct Clock {
    speed: f64,
    started: Instant,
    started_wall: Wall,
}

impl Clock {
    pub(crate) fn start(speed: f64) -> Clock {
        Clock { speed, started: Instant::now(), started_wall: system_wall() }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(self.started.elapsed().mul_f64(self.speed))
    }

    pub(crate) fn wall(&self) -> Wall {
        system_wall()
    }

    /// The real time at which a simulated moment comes to pass.
    pub(crate) fn wall_at(&self, moment: Moment) -> Wall {
        self.started_wall + moment.0.div_f64(self.speed)
    }

    /// Real time in Unix microseconds that never runs backwards, whatever is done to the machine's clock.
    pub(crate) fn steady_us(&self) -> i64 {
        let passed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.started_wall.0.saturating_mul(1000).saturating_add(passed)
    }

    /// How long to really wait until a simulated moment.
    pub(crate) fn until(&self, moment: Moment) -> Duration {
        self.real(moment.0.saturating_sub(self.now().0))
    }

    /// The real length of a simulated span.
    pub(crate) fn real(&self, simulated: Duration) -> Duration {
        simulated.div_f64(self.speed)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator's one clock; it shares no code with the gateway"
)]
fn system_wall() -> Wall {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
