//! What stands between the network and a page: cookies, forms that cannot be forged, headers, the log line.

pub mod around;
pub mod cookies;
pub mod fields;
pub mod forms;
pub mod headers;
pub mod parts;
pub mod upload;
