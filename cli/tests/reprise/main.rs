//! The `reprise` command end to end: the real binary in a folder of its own, against the sample shop.
//! One binary for all topics, so that it is linked once.

#[cfg(test)]
mod support;

#[cfg(test)]
mod a_day;
#[cfg(test)]
mod bad_flags;
#[cfg(test)]
mod bad_inputs;
#[cfg(test)]
mod bad_targets;
#[cfg(test)]
mod breaking;
#[cfg(test)]
mod breaking_mysql;
#[cfg(test)]
mod checking;
#[cfg(test)]
mod comparing;
#[cfg(test)]
mod conducting;
#[cfg(test)]
mod consumers;
#[cfg(test)]
mod continuous;
#[cfg(test)]
mod copying;
#[cfg(test)]
mod correlating;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod exporting;
#[cfg(test)]
mod following;
#[cfg(test)]
mod help;
#[cfg(test)]
mod https;
#[cfg(test)]
mod hung_clients;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod in_vain;
#[cfg(test)]
mod interchange;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod knee;
#[cfg(test)]
mod partly;
#[cfg(test)]
mod printing;
#[cfg(test)]
mod probing;
#[cfg(test)]
mod proxied_clients;
#[cfg(test)]
mod proxy_recording;
#[cfg(test)]
mod proxy_recording_tls;
#[cfg(test)]
mod proxy_secrets;
#[cfg(test)]
mod proxying;
#[cfg(test)]
mod rates;
#[cfg(test)]
mod recipes;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod repeating;
#[cfg(test)]
mod replaying;
#[cfg(test)]
mod replaying_mysql;
#[cfg(test)]
mod report_size;
#[cfg(test)]
mod restored_copy;
#[cfg(test)]
mod run_orders;
mod safety;
#[cfg(test)]
mod sample_shop;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod series;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod story;
#[cfg(test)]
mod toxiproxy;
#[cfg(test)]
mod watching;
#[cfg(test)]
mod wrong_config;
