//! What a child may take, held by the operating system from here on: memory, time, the size of a file, no picture of its memory
//! on disk, and a turn after everybody else.

use shukun_web::works::Limits;

/// So that pages are answered first.
#[cfg(any(target_os = "linux", target_os = "macos"))]
const NICE: i32 = 10;

/// Holds this process to the limits. A limit that the system refuses is one that it already holds lower.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub fn hold(limits: Limits) {
    use rustix::process::{Resource, Rlimit, nice, setrlimit};
    let hold = |resource, value| {
        let _ = setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
    };
    hold(Resource::As, limits.memory_bytes);
    hold(Resource::Fsize, limits.file_bytes);
    hold(Resource::Core, 0);
    // The soft limit ends it by a signal of its own, which says why.
    let time = Rlimit { current: Some(limits.cpu_seconds), maximum: Some(limits.cpu_seconds + 5) };
    let _ = setrlimit(Resource::Cpu, time);
    let _ = nice(NICE);
}

/// Other systems have no such limits; what is read is capped by the importer all the same.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub fn hold(_: Limits) {}
