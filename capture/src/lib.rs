//! In: packets to segments to connections to exchanges to the store. Only this crate links libpcap.
