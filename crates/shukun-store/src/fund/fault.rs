//! Places at which a test lets the program fail: in front of every statement that posts or closes. Outside tests nothing.

use crate::error::Result;

#[cfg(test)]
tokio::task_local! {
    /// The place to fail at, and how often it is passed before.
    pub(crate) static FAULT: Fault;
}

/// Where to fail, and what was passed on the way.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Fault {
    /// Fail at the n-th place that is reached, from 0.
    pub at: usize,
    /// The places that were reached.
    pub reached: std::sync::Mutex<Vec<&'static str>>,
}

/// A place: fails where a test says so.
#[cfg_attr(not(test), expect(clippy::unnecessary_wraps, reason = "in tests it fails"))]
pub(crate) fn place(name: &'static str) -> Result<()> {
    #[cfg(test)]
    crate::attack::place()?;
    #[cfg(test)]
    return FAULT.try_with(|fault| fault.reach(name)).unwrap_or(Ok(()));
    #[cfg(not(test))]
    {
        let _ = name;
        Ok(())
    }
}

/// After a commit: the answer may get lost, what was done stays done. Outside tests nothing.
#[cfg_attr(not(test), expect(clippy::unnecessary_wraps, reason = "in tests it fails"))]
pub(crate) fn answered() -> Result<()> {
    #[cfg(test)]
    crate::attack::place()?;
    Ok(())
}

#[cfg(test)]
impl Fault {
    fn reach(&self, name: &'static str) -> Result<()> {
        let mut reached = self.reached.lock().unwrap();
        reached.push(name);
        if reached.len() == self.at + 1 {
            return Err(crate::error::StoreError::damaged(format!("试错：{name}"), format!("failed at {name}")));
        }
        Ok(())
    }
}
