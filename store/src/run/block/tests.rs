//! What goes in comes out, whatever it is; what was never packed is refused.

use proptest::prelude::*;

use super::*;

prop_compose! {
    fn any_sample()(
        ids in any::<(u32, u32, u32, u32)>(),
        times in any::<(u64, u64, u64, Option<u64>, u64)>(),
        outcome in 0..Outcome::ALL.len(),
        rest in any::<(u16, u16, u32, u32, u32)>(),
    ) -> Sample {
        Sample {
            exchange: ids.0,
            lane: ids.1,
            copy: ids.2,
            operation: ids.3,
            intended_us: times.0,
            ready_us: times.1,
            sent_us: times.2,
            first_byte_us: times.3,
            done_us: times.4,
            outcome: Outcome::ALL[outcome],
            status: rest.0,
            flags: SampleFlags::from_bits_retain(rest.1),
            sent_bytes: rest.2,
            received_bytes: rest.3,
            faults: rest.4,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn packed_samples_come_back_whatever_they_are(
        samples in prop::collection::vec(any_sample(), 0..200),
    ) {
        prop_assert_eq!(unpack(&pack(&samples)), Some(samples));
    }

    #[test]
    fn bytes_that_were_never_packed_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        // Chance may make a block of no samples; nothing else can come of this few bytes.
        if let Some(samples) = unpack(&bytes) {
            prop_assert!(samples.len() <= bytes.len());
        }
    }

    #[test]
    fn a_block_cut_short_is_refused(
        samples in prop::collection::vec(any_sample(), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let packed = pack(&samples);
        prop_assert_eq!(unpack(&packed[..cut.index(packed.len())]), None);
    }
}

#[test]
fn regular_samples_take_a_few_bytes_each_before_compression() {
    let samples: Vec<Sample> = (0..1_000)
        .map(|i| Sample {
            exchange: i,
            lane: i % 50,
            copy: 0,
            operation: i % 7,
            intended_us: u64::from(i) * 1_000,
            ready_us: u64::from(i) * 1_000,
            sent_us: u64::from(i) * 1_000 + 20,
            first_byte_us: Some(u64::from(i) * 1_000 + 900),
            done_us: u64::from(i) * 1_000 + 1_000,
            outcome: Outcome::Ok,
            status: 200,
            flags: SampleFlags::empty(),
            sent_bytes: 300,
            received_bytes: 2_000,
            faults: 0,
        })
        .collect();
    assert!(pack(&samples).len() < samples.len() * 24);
}
