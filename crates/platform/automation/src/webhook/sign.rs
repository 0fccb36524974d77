//! Signatures as Standard Webhooks 1.0 says: HMAC-SHA256 over id, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

use super::Delivery;

/// The secret as its holder gets it: `whsec_` and base64.
pub fn secret_text(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// The value of `webhook-signature`. `seconds` is the time of the attempt
/// (`webhook-timestamp`), seconds since 1970.
pub fn signature(secret: &[u8], id: &str, seconds: i64, body: &[u8]) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The W3C trace context of an attempt: one trace for all that is sent of one
/// fact, a span of its own for each attempt.
pub(crate) fn traceparent(delivery: &Delivery) -> String {
    let digest = |text: String, bytes: usize| -> String {
        Sha256::digest(text).iter().take(bytes).map(|b| format!("{b:02x}")).collect()
    };
    let trace = digest(format!("{} {}", delivery.record, delivery.seq), 16);
    let span = digest(format!("{} {}", delivery.id, delivery.attempts), 8);
    format!("00-{trace}-{span}-01")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_signature_of_the_specification() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
