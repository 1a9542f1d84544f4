//! Signatures of the Pusher protocol, which authorize subscriptions to presence channels.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sync::pusher::SocketId;
use uuid::Uuid;

/// Characters of a member's id: 128 bits.
const MEMBER_ID_LENGTH: usize = 32;

/// Signs and verifies with the application's key and secret. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Arc<str>,
    /// Has taken the secret already.
    mac: Hmac<Sha256>,
}

impl Signer {
    pub(crate) fn new(key: &str, secret: &str) -> Self {
        let mac = Hmac::new_from_slice(secret.as_bytes());
        Self {
            key: key.into(),
            mac: mac.expect("a key of any length is accepted"),
        }
    }

    /// Returns the `auth` by which a socket subscribes to a channel as a member: the key, and the signature
    /// in hexadecimal digits
    /// (<https://pusher.com/docs/channels/library_auth_reference/auth-signatures/>).
    pub(crate) fn sign(&self, socket: &SocketId, channel: &str, member: &str) -> String {
        let signature = self.mac_of(socket, channel, member).finalize().into_bytes();
        format!("{}:{}", self.key, hex(signature.as_slice()))
    }

    /// Whether somebody who knows the secret has signed this. Takes as long for any wrong signature.
    pub(crate) fn verifies(
        &self,
        auth: &str,
        socket: &SocketId,
        channel: &str,
        member: &str,
    ) -> bool {
        let signature = auth.strip_prefix(&*self.key);
        let signature = signature.and_then(|rest| rest.strip_prefix(':'));
        let signature = signature.and_then(from_hex);
        let mac = self.mac_of(socket, channel, member);
        signature.is_some_and(|signature| mac.verify_slice(&signature).is_ok())
    }

    /// Returns the id by which the members of a list know a person, whose own id nobody learns: who knew it
    /// could pass for that person.
    pub(crate) fn member_id(&self, list: Uuid, person: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(format!("member:{list}:{person}").as_bytes());
        let mut id = hex(mac.finalize().into_bytes().as_slice());
        id.truncate(MEMBER_ID_LENGTH);
        id
    }

    fn mac_of(&self, socket: &SocketId, channel: &str, member: &str) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(format!("{socket}:{channel}:{member}").as_bytes());
        mac
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(
        digits
            .chunks(2)
            .map(|pair| (pair[0] << 4) | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: &str = "presence-foobar";
    const MEMBER: &str = r#"{"user_id":10,"user_info":{"name":"Mr. Channels"}}"#;
    /// The example of Pusher's documentation, with the signature that its key and secret give.
    const AUTH: &str =
        "278d425bdf160c739803:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80";

    fn signer() -> Signer {
        Signer::new("278d425bdf160c739803", "7ad3773142a6692b25b8")
    }

    #[test]
    fn a_signature_is_that_of_the_protocol() {
        let socket = SocketId("1234.1234".to_owned());
        assert_eq!(signer().sign(&socket, CHANNEL, MEMBER), AUTH);
        assert!(signer().verifies(AUTH, &socket, CHANNEL, MEMBER));
    }

    #[test]
    fn a_signature_is_good_for_its_socket_channel_and_member_alone() {
        let socket = SocketId("1234.1234".to_owned());
        let verifies = |auth: &str| signer().verifies(auth, &socket, CHANNEL, MEMBER);
        let other = SocketId("1234.1235".to_owned());
        assert!(!signer().verifies(AUTH, &other, CHANNEL, MEMBER));
        assert!(!signer().verifies(AUTH, &socket, "presence-foobaz", MEMBER));
        assert!(!signer().verifies(AUTH, &socket, CHANNEL, "{\"user_id\":11}"));
        let another_secret = Signer::new("278d425bdf160c739803", "another secret");
        assert!(!another_secret.verifies(AUTH, &socket, CHANNEL, MEMBER));
        for wrong in [
            "",
            ":",
            "278d425bdf160c739803",
            "278d425bdf160c739803:",
            "another-key:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80",
            &AUTH[..AUTH.len() - 1],
            &AUTH[..AUTH.len() - 2],
            &format!("{AUTH}00"),
            &AUTH.replace("80", "8ä"),
        ] {
            assert!(!verifies(wrong), "{wrong}");
        }
        assert!(verifies(
            &AUTH
                .to_uppercase()
                .replace("278D425BDF160C739803", "278d425bdf160c739803")
        ));
    }

    #[test]
    fn a_person_has_another_id_in_each_list() {
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let id = signer().member_id(one, "a person");
        assert_eq!(id.len(), MEMBER_ID_LENGTH);
        assert_eq!(id, signer().member_id(one, "a person"));
        assert_ne!(id, signer().member_id(one, "another"));
        assert_ne!(id, signer().member_id(other, "a person"));
    }
}
