//! Rate limits per client and minute: new lists, writes, and sockets.
//!
//! Each client (an IPv4 address or an IPv6 /64 network) has a token bucket per limit, which holds
//! one minute's worth and refills evenly. The defaults suit a school behind one address.

use std::{
    num::NonZeroU32,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::HashMapStateStore,
};

use crate::{client::Network, config::NetworkOptions};

/// Maximum number of clients tracked per limit. Beyond it, all buckets are reset, which grants
/// every client another minute's worth. The alternatives are unbounded memory, or buckets shared by
/// strangers.
const MAX_CLIENTS: usize = 100_000;

/// The rate limits. A limit of 0 is turned off and is `None`.
pub(crate) struct Rates {
    pub(crate) lists: Option<Arc<Rate>>,
    pub(crate) writes: Option<Arc<Rate>>,
    pub(crate) reads: Option<Arc<Rate>>,
    pub(crate) sockets: Option<Arc<Rate>>,
}

impl Rates {
    pub(crate) fn new(options: &NetworkOptions) -> Self {
        Self {
            lists: Rate::new(options.lists_per_minute).map(Arc::new),
            writes: Rate::new(options.writes_per_minute).map(Arc::new),
            reads: Rate::new(options.reads_per_minute).map(Arc::new),
            sockets: Rate::new(options.sockets_per_minute).map(Arc::new),
        }
    }

    /// Drops the clients whose buckets are full again.
    pub(crate) fn tidy(&self) {
        let rates = [&self.lists, &self.writes, &self.reads, &self.sockets];
        rates.into_iter().flatten().for_each(|rate| rate.tidy());
    }
}

type Limiter = RateLimiter<Network, HashMapStateStore<Network>, DefaultClock>;

/// A limit on what one client may do in a minute.
pub(crate) struct Rate {
    per_minute: NonZeroU32,
    limiter: RwLock<Limiter>,
}

impl Rate {
    fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        Some(Self {
            per_minute,
            limiter: RwLock::new(new_limiter(per_minute)),
        })
    }

    /// Takes `cost` out of the client's bucket.
    ///
    /// # Errors
    /// The time until the bucket holds enough.
    pub(crate) fn take(&self, client: Network, cost: NonZeroU32) -> Result<(), Duration> {
        self.bound();
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner);
        // A cost above the bucket's size needs a full bucket.
        match limiter.check_key_n(&client, cost.min(self.per_minute)) {
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(early)) => Err(early.wait_time_from(limiter.clock().now())),
        }
    }

    fn bound(&self) {
        let is_full = |limiter: &Limiter| limiter.len() >= MAX_CLIENTS;
        if !is_full(&self.limiter.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut limiter = self.limiter.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have done it already.
        if is_full(&limiter) {
            *limiter = new_limiter(self.per_minute);
        }
    }

    fn tidy(&self) {
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner);
        limiter.retain_recent();
        limiter.shrink_to_fit();
    }
}

fn new_limiter(per_minute: NonZeroU32) -> Limiter {
    RateLimiter::hashmap(Quota::per_minute(per_minute))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u32) -> Network {
        Network::of(std::net::Ipv4Addr::from_bits(n).into())
    }

    const ONE: NonZeroU32 = NonZeroU32::MIN;

    #[test]
    fn each_client_has_a_bucket_of_its_own_with_a_minutes_worth() {
        let rate = Rate::new(60).expect("a rate");
        for _ in 0..60 {
            assert_eq!(rate.take(network(1), ONE), Ok(()));
        }
        let wait = rate.take(network(1), ONE).expect_err("the bucket is empty");
        assert!(wait <= Duration::from_secs(1), "one a second: {wait:?}");
        let dear = NonZeroU32::new(30).expect("more than none");
        let wait = rate.take(network(1), dear).expect_err("empty");
        assert!(wait > Duration::from_secs(28), "{wait:?}");
        assert_eq!(rate.take(network(2), ONE), Ok(()));
    }

    #[test]
    fn a_cost_above_the_buckets_size_empties_it() {
        let rate = Rate::new(10).expect("a rate");
        let dear = NonZeroU32::new(1_000).expect("more than none");
        assert_eq!(rate.take(network(1), dear), Ok(()));
        assert!(rate.take(network(1), ONE).is_err());
    }

    #[test]
    fn a_limit_of_zero_is_no_limit() {
        assert!(Rate::new(0).is_none());
    }

    #[test]
    fn the_number_of_tracked_clients_is_bounded() {
        let rate = Rate::new(60).expect("a rate");
        for n in 0..=u32::try_from(MAX_CLIENTS).expect("a small number") {
            assert_eq!(rate.take(network(n), ONE), Ok(()));
        }
        let limiter = rate.limiter.read().expect("a lock");
        assert!(limiter.len() <= MAX_CLIENTS);
    }
}
