//! What pcapng says about its interfaces: link type, clock, packets they dropped.
//! Format: draft-ietf-opsawg-pcapng.

use pcap_parser::{InterfaceDescriptionBlock, InterfaceStatisticsBlock, OptionCode};
use reprise_wire::Timestamp;

use crate::LinkType;

const NANOS: u128 = 1_000_000_000;

/// One interface of the current section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    pub(super) snap_length: u32,
    units_per_second: u128,
    offset_seconds: i64,
    pub(super) interface_dropped: u64,
    pub(super) kernel_dropped: u64,
}

impl Interface {
    pub(super) fn of(block: &InterfaceDescriptionBlock<'_>, big_endian: bool) -> Self {
        let mut units_per_second = 1_000_000;
        let mut offset_seconds = 0;
        for option in &block.options {
            match (option.code, option.value()) {
                (OptionCode::IfTsresol, [resolution, ..]) => {
                    units_per_second = units(*resolution);
                }
                (OptionCode::IfTsoffset, value) => {
                    if let Some(bytes) = value.first_chunk::<8>() {
                        offset_seconds = if big_endian {
                            i64::from_be_bytes(*bytes)
                        } else {
                            i64::from_le_bytes(*bytes)
                        };
                    }
                }
                _ => {}
            }
        }
        Self {
            link: LinkType(u16::try_from(block.linktype.0).unwrap_or(u16::MAX)),
            snap_length: block.snaplen,
            units_per_second,
            offset_seconds,
            interface_dropped: 0,
            kernel_dropped: 0,
        }
    }

    /// The time that the two halves of a block's timestamp stand for.
    pub(super) fn time(&self, high: u32, low: u32) -> Timestamp {
        let units = u128::from(high) << 32 | u128::from(low);
        let nanos = units * NANOS / self.units_per_second;
        let offset = self.offset_seconds.saturating_mul(1_000_000_000);
        Timestamp::from_nanos(
            i64::try_from(nanos)
                .unwrap_or(i64::MAX)
                .saturating_add(offset),
        )
    }

    /// Takes over what a statistics block says; its numbers count from the start of the capture.
    pub(super) fn take_statistics(
        &mut self,
        block: &InterfaceStatisticsBlock<'_>,
        big_endian: bool,
    ) {
        for option in &block.options {
            let Some(bytes) = option.value().first_chunk::<8>() else {
                continue;
            };
            let value = if big_endian {
                u64::from_be_bytes(*bytes)
            } else {
                u64::from_le_bytes(*bytes)
            };
            match option.code {
                OptionCode::IsbIfDrop => self.interface_dropped = value,
                OptionCode::IsbOsDrop => self.kernel_dropped = value,
                _ => {}
            }
        }
    }
}

/// Timestamp units per second: a power of ten, or of two when the first bit is set.
fn units(resolution: u8) -> u128 {
    let exponent = u32::from(resolution & 0x7f);
    let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
    // Anything finer than 64 bits can count is nonsense; so is zero.
    base.checked_pow(exponent)
        .filter(|units| *units <= u128::from(u64::MAX))
        .unwrap_or(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_tick_in_powers_of_ten_or_two() {
        assert_eq!(units(6), 1_000_000);
        assert_eq!(units(9), 1_000_000_000);
        assert_eq!(units(0x80 | 10), 1_024);
        assert_eq!(units(127), 1_000_000);
    }
}
